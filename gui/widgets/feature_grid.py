"""All feature maps of a layer as tiles: thousands scroll smoothly, since only what is in view is painted."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from engine.colormaps import Scale, paint, scale_of
from gui.pictures import to_qimage

GAP = 4
CAPTION = 14  # pixels under a tile for its number
LEGIBLE = 28  # smaller tiles have no caption


class FeatureGrid(QAbstractScrollArea):
    """Shows maps (H, W, C); a click or the arrow keys choose one."""

    picked = Signal(int)  # channel

    def __init__(self, name: str = "Feature maps", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip("Click a map to enlarge it; arrow keys move the choice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._planes = np.zeros((0, 1, 1), np.float32)  # (C, H, W), contiguous
        self._means = np.zeros(0)
        self._order = np.zeros(0, int)
        self._scale = Scale(0, 1, False)
        self._wanted = 72  # side of a tile as set
        self._tile = 72  # as shown: a little larger, so that a row fills the width
        self._zero = np.zeros(0, bool)
        self._sorted = False
        self._shared = True
        self._first = 0
        self.selected = -1
        self.zero_maps = 0

    def sizeHint(self) -> QSize:
        """The layout decides."""
        return QSize(480, 400)

    def show_maps(self, maps: np.ndarray, first: int = 0) -> None:
        """Replace the maps (H, W, C) float; the choice and the place stay where they can.

        first: number of the first one on screen; choices are counted from 0 all the same.
        """
        self._first = first
        planes = np.ascontiguousarray(np.moveaxis(maps, 2, 0), np.float32)
        if len(planes) != len(self._planes):
            self.selected = -1
            self.verticalScrollBar().setValue(0)
        self._planes = planes
        flat = planes.reshape(len(planes), planes.shape[1] * planes.shape[2])
        self._means = flat.mean(axis=1)
        self._zero = np.asarray(np.abs(flat).max(axis=1) == 0)
        self.zero_maps = int(self._zero.sum())
        self._scale = scale_of(planes)
        self._arrange()

    def sort_by_mean(self, wanted: bool) -> None:
        """The most active first, or in the order of the channels."""
        self._sorted = wanted
        self._arrange()

    def share_scale(self, shared: bool) -> None:
        """One colour scale for all maps, or one for each."""
        self._shared = shared
        self.viewport().update()

    def set_tile(self, side: int) -> None:
        """Side of a tile in pixels; tiles grow by up to a quarter so that a row fills the width."""
        self._wanted = side
        self._arrange()

    def fitting_tile(self, least: int, most: int) -> int:
        """The largest side from `least` to `most` at which every map is in view; `least` when none is."""
        for side in range(most, least, -4):
            tile = self._grown(side)
            rows = -(-len(self._planes) // self._columns(side))
            if rows * _pitch(tile) + GAP <= self.viewport().height():
                return side
        return least

    def order(self) -> list[int]:
        """The channels as they are shown."""
        return self._order.tolist()

    def select(self, channel: int) -> None:
        """Choose a map and bring it into view."""
        if 0 <= channel < len(self._planes):
            self.selected = channel
            place = self._place(int(np.flatnonzero(self._order == channel)[0]))
            bar = self.verticalScrollBar()
            if place.top() < 0:
                bar.setValue(bar.value() + place.top())
            elif place.bottom() > self.viewport().height():
                bar.setValue(bar.value() + place.bottom() - self.viewport().height())
            self.viewport().update()
            self.picked.emit(channel)

    def channel_at(self, point: QPoint) -> int | None:
        """The channel whose tile is under a point of the viewport."""
        pitch = self._tile + GAP
        column, row = (
            (point.x() - GAP) // pitch,
            (point.y() - GAP + self.verticalScrollBar().value()) // _pitch(self._tile),
        )
        number = row * self._columns() + column
        if not 0 <= column < self._columns() or not 0 <= number < len(self._order):
            return None
        return int(self._order[number])

    def _columns(self, side: int | None = None) -> int:
        return max((self.viewport().width() - GAP) // ((side or self._wanted) + GAP), 1)

    def _grown(self, side: int) -> int:
        filling = (self.viewport().width() - GAP) // self._columns(side) - GAP
        return max(min(filling, side * 5 // 4), 8)

    def _arrange(self) -> None:
        count = len(self._planes)
        self._order = np.argsort(-self._means, kind="stable") if self._sorted else np.arange(count)
        self._tile = self._grown(self._wanted)
        rows = -(-count // self._columns())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(rows * _pitch(self._tile) + GAP - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_pitch(self._tile) // 2)
        self.viewport().update()

    def _place(self, number: int) -> QRect:
        row, column = divmod(number, self._columns())
        x, y = GAP + column * (self._tile + GAP), GAP + row * _pitch(self._tile) - self.verticalScrollBar().value()
        return QRect(x, y, self._tile, _pitch(self._tile) - GAP)

    def paintEvent(self, _: QPaintEvent) -> None:
        """The tiles in view."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self.palette().color(QPalette.ColorRole.Base))
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        first = self.verticalScrollBar().value() // _pitch(self._tile) * self._columns()
        last = first + (self.viewport().height() // _pitch(self._tile) + 2) * self._columns()
        for number in range(first, min(last, len(self._order))):
            self._paint_tile(painter, int(self._order[number]), self._place(number))
        painter.end()

    def _paint_tile(self, painter: QPainter, channel: int, place: QRect) -> None:
        square = QRect(place.left(), place.top(), self._tile, self._tile)
        height, width = self._planes.shape[1:]
        ratio = self._tile / max(height, width)
        fitted = QRect(0, 0, max(round(width * ratio), 1), max(round(height * ratio), 1))
        fitted.moveCenter(square.center())
        painter.drawImage(fitted, to_qimage(self.picture(channel, (fitted.width(), fitted.height()))))
        if self._zero[channel]:
            painter.setPen(QPen(QColor("#ff2fd0"), 1))
            painter.drawLine(fitted.topLeft(), fitted.bottomRight())
        if self._tile >= LEGIBLE:
            role = QPalette.ColorRole.Text if channel == self.selected else QPalette.ColorRole.PlaceholderText
            painter.setPen(self.palette().color(role))
            caption = QRect(place.left(), square.bottom() + 1, self._tile, CAPTION)
            painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, str(self._first + channel))
        if channel == self.selected:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(square.adjusted(-1, -1, 0, 0))

    def picture(self, channel: int, size: tuple[int, int]) -> np.ndarray:
        """One map in its colours, RGB uint8; reduced to at most `size` (width, height) by averaging."""
        plane = self._planes[channel]
        if plane.shape[0] > size[1] or plane.shape[1] > size[0]:
            plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        return paint(plane, self._scale if self._shared else scale_of(self._planes[channel]))

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Another number of columns."""
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tile under the cursor."""
        channel = self.channel_at(event.position().toPoint())
        if channel is not None:
            self.select(channel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice."""
        step = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
        }.get(Qt.Key(event.key()))
        if step is None or not len(self._order):
            super().keyPressEvent(event)
            return
        at = int(np.flatnonzero(self._order == self.selected)[0]) + step if self.selected >= 0 else 0
        if 0 <= at < len(self._order):
            self.select(int(self._order[at]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The mean of the map under the cursor as a tool tip."""
        channel = self.channel_at(event.position().toPoint())
        text = ""
        if channel is not None:
            state = "zero everywhere" if self._zero[channel] else f"mean {self._means[channel]:.4g}"
            text = f"Map {self._first + channel}: {state}"
        self.viewport().setToolTip(text)


def _pitch(tile: int) -> int:
    """From one row of tiles to the next."""
    return tile + GAP + (CAPTION if tile >= LEGIBLE else 0)
