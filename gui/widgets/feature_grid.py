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
        self._tile = 72
        self._zero = np.zeros(0, bool)
        self._sorted = False
        self._shared = True
        self.selected = -1
        self.zero_maps = 0

    def sizeHint(self) -> QSize:
        """The layout decides."""
        return QSize(480, 400)

    def show_maps(self, maps: np.ndarray) -> None:
        """Replace the maps (H, W, C) float; the choice and the place stay where they can."""
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
        """Side of a tile in pixels."""
        self._tile = side
        self._arrange()

    def fitting_tile(self, least: int, most: int) -> int:
        """The largest side from `least` to `most` at which every map is in view; `least` when none is."""
        kept = self._tile
        for side in range(most, least, -4):
            self._tile = side
            if -(-len(self._planes) // self._columns()) * self._pitch() + GAP <= self.viewport().height():
                break
        else:
            side = least
        self._tile = kept
        return side

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
        column, row = (point.x() - GAP) // pitch, (point.y() - GAP + self.verticalScrollBar().value()) // self._pitch()
        number = row * self._columns() + column
        if not 0 <= column < self._columns() or not 0 <= number < len(self._order):
            return None
        return int(self._order[number])

    def _columns(self) -> int:
        return max((self.viewport().width() - GAP) // (self._tile + GAP), 1)

    def _pitch(self) -> int:
        return self._tile + GAP + (CAPTION if self._tile >= LEGIBLE else 0)

    def _arrange(self) -> None:
        count = len(self._planes)
        self._order = np.argsort(-self._means, kind="stable") if self._sorted else np.arange(count)
        rows = -(-count // self._columns())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(rows * self._pitch() + GAP - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._pitch() // 2)
        self.viewport().update()

    def _place(self, number: int) -> QRect:
        row, column = divmod(number, self._columns())
        x, y = GAP + column * (self._tile + GAP), GAP + row * self._pitch() - self.verticalScrollBar().value()
        return QRect(x, y, self._tile, self._pitch() - GAP)

    def paintEvent(self, _: QPaintEvent) -> None:
        """The tiles in view."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self.palette().color(QPalette.ColorRole.Base))
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        first = self.verticalScrollBar().value() // self._pitch() * self._columns()
        last = first + (self.viewport().height() // self._pitch() + 2) * self._columns()
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
            painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, str(channel))
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
            text = f"Map {channel}: {state}"
        self.viewport().setToolTip(text)
