"""One map as a picture: its numbers, marks drawn over it, and cells to point at with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter, QPen

from engine.playground.inputs import SMALL_SIDE
from engine.playground.numbers import write
from gui.widgets.image_view import NUMBERS_SCALE, ImageView

_SMALL_SCALE = 16.0  # screen pixels from which a cell of a small map shows its number

# Colours that stand out on viridis, on the diverging map and on photos.
WINDOW, WINNER, FIELD = QColor("#ff9d00"), QColor("#ff2fd0"), QColor("#00b7c7")


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of cells, both ends included; those outside the map are drawn dashed."""

    top: int
    left: int
    bottom: int
    right: int
    kind: str = "window"  # or "winner", "cell", "field", "unused"


class MapView(ImageView):
    """Shows painted pixels for numbers (H, W) or (H, W, 3)."""

    pointed = Signal(object)  # (row, column) under the cursor or None
    picked = Signal(int, int)  # row and column of a click
    stepped = Signal(int, int)  # rows and columns an arrow key moves the cell by
    play_wanted = Signal()  # the space bar

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setAccessibleDescription(
            "Arrow keys move the cell, space plays the animation, plus and minus zoom, 0 fits."
        )
        self.setToolTip("Point at a cell, click to pin it. Arrow keys move it. Wheel: zoom. Drag: move.")
        self._numbers = np.zeros((0, 0, 1), np.float32)
        self._marks: tuple[Mark, ...] = ()
        self._margin = 0  # cells of room around the map, for padding
        self._curtain: int | None = None
        self.layers = [self._draw_numbers, self._draw_curtain, self._draw_marks]
        self.hovered.connect(lambda at: self.pointed.emit(None if at is None else (at[1], at[0])))
        self.clicked.connect(lambda x, y: self.picked.emit(y, x))

    def show_map(self, numbers: np.ndarray, pixels: np.ndarray, margin: int = 0) -> None:
        """Show numbers (H, W, 1 or 3) as the RGB pixels painted from them, with room for `margin` padding cells."""
        self._numbers = numbers
        refit = margin != self._margin
        self._margin = margin
        self.set_image(pixels, keep_view=not refit)

    def mark(self, marks: Sequence[Mark]) -> None:
        """Draw these rectangles instead of the ones before."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    def draw_curtain(self, behind: int | None) -> None:
        """Cover every cell after number `behind` in reading order; None uncovers all."""
        if behind != self._curtain:
            self._curtain = behind
            self.update()

    def fit(self) -> None:
        """Show the whole map and the padding around it."""
        super().fit()
        height, width = self.image_size
        if not self._margin or not height or not self.width():
            return
        room = 2 * self._margin
        self._scale = min(self.width() / (width + room), self.height() / (height + room), self._scale)
        self._offset = QPointF((self.width() - width * self._scale) / 2, (self.height() - height * self._scale) / 2)
        self._moved()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cell, the space bar plays; the rest is the image view's."""
        if event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
            return
        step = _ARROWS.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(*step)

    def _paint_numbers(self, painter: QPainter) -> None:
        """Nothing: the image view would show pixel values, we show the data."""

    def _draw_numbers(self, painter: QPainter, _: ImageView) -> None:
        height, width = self.image_size
        small = max(height, width) <= SMALL_SIDE
        if self._scale < (_SMALL_SCALE if small else NUMBERS_SCALE) or self._numbers.shape[:2] != (height, width):
            return
        first, last = self.to_image(QPointF(0, 0)), self.to_image(QPointF(self.width(), self.height()))
        rows = range(max(0, int(first.y())), min(height, int(last.y()) + 1))
        columns = range(max(0, int(first.x())), min(width, int(last.x()) + 1))
        font = painter.font()
        font.setPixelSize(max(7, min(int(self._scale / 3.6), 18)))
        painter.setFont(font)
        assert self.pixels is not None
        for row in rows:
            for column in columns:
                values = self._numbers[row, column]
                if np.isnan(values).any():
                    continue
                cell = self._cells(row, column, row, column)
                painter.setPen(QColor(128, 128, 128, 96))
                painter.drawRect(cell)
                bright = self.pixels[row, column].mean() > 127
                painter.setPen(QColor("black" if bright else "white"))
                painter.drawText(
                    cell,
                    Qt.AlignmentFlag.AlignCenter,
                    "\n".join(_short(float(v), self._scale) for v in values),
                )

    def _draw_curtain(self, painter: QPainter, _: ImageView) -> None:
        if self._curtain is None:
            return
        height, width = self.image_size
        row, column = divmod(self._curtain, width)
        cover = self.palette().base()
        if column + 1 < width:
            painter.fillRect(self._cells(row, column + 1, row, width - 1), cover)
        if row + 1 < height:
            painter.fillRect(self._cells(row + 1, 0, height - 1, width - 1), cover)

    def _draw_marks(self, painter: QPainter, _: ImageView) -> None:
        for mark in self._marks:
            box = self._cells(mark.top, mark.left, mark.bottom, mark.right)
            if mark.kind == "unused":
                painter.fillRect(box, QBrush(FIELD, Qt.BrushStyle.BDiagPattern))
                continue
            colour = {"winner": WINNER, "field": FIELD}.get(mark.kind, WINDOW)
            height, width = self.image_size
            outside = mark.top < 0 or mark.left < 0 or mark.bottom >= height or mark.right >= width
            style = Qt.PenStyle.DashLine if outside else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(0, 0, 0, 160), 4))
            painter.drawRect(box)
            painter.setPen(QPen(colour, 2, style))
            painter.drawRect(box)

    def _cells(self, top: int, left: int, bottom: int, right: int) -> QRectF:
        corner = self.to_widget(left, top)
        return QRectF(corner, self.to_widget(right + 1, bottom + 1))


def _short(value: float, scale: float) -> str:
    """A number that fits into a cell `scale` pixels wide."""
    text = write(value)
    if len(text) * scale / 6 > scale and scale < 60:
        text = f"{value:.2g}".replace("-", "−").replace("−0.", "−.")
        text = text[1:] if text.startswith("0.") else text
    return text


_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
