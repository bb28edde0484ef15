"""A pad to draw an input on, cell by cell or in strokes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.playground.inputs import Input, read_only
from gui.pictures import from_qimage

_SIDE = 384  # of the pad on screen
_SIZES = (8, 16, 28, 64, 256)  # cells a side that can be chosen


class Paper(QWidget):
    """White strokes on black; the right button erases."""

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_SIDE, _SIDE)
        self.setAccessibleName("Drawing pad")
        self.setToolTip("Draw with the left button, erase with the right one")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._image = QImage(_SIDE, _SIDE, QImage.Format.Format_Grayscale8)
        self._last: QPointF | None = None
        self.clear()

    def clear(self) -> None:
        """An empty pad."""
        self._image.fill(0)
        self.update()
        self.drawn.emit()

    def grey(self) -> np.ndarray:
        """The drawing in full size, float32 (384, 384) in 0..1."""
        return from_qimage(self._image)[:, :, 0].astype(np.float32) / 255

    def stroke(self, start: QPointF, end: QPointF, erase: bool = False) -> None:
        """A line from one point of the pad to another."""
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("black" if erase else "white"), 26, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(start, end + QPointF(0.01, 0))
        painter.end()
        self.update()
        self.drawn.emit()

    def paintEvent(self, _: QPaintEvent) -> None:
        """The drawing."""
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        self._last = event.position()
        self.stroke(self._last, self._last, bool(event.buttons() & Qt.MouseButton.RightButton))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        if self._last is not None:
            self.stroke(self._last, event.position(), bool(event.buttons() & Qt.MouseButton.RightButton))
            self._last = event.position()

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """End it."""
        self._last = None


class DrawingPad(QDialog):
    """The paper with its size and a way to clear it; the stack follows every stroke."""

    drawn = Signal(object)  # Input

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draw an input")
        self.paper = Paper()
        self.size_box = QComboBox()
        self.size_box.setAccessibleName("Size of the drawing")
        self.size_box.setToolTip("How many cells the drawing becomes; up to 16 × 16 shows every number")
        for side in _SIZES:
            self.size_box.addItem(f"{side} × {side} cells", side)
        self.size_box.setCurrentIndex(2)
        clear = QPushButton("Clear")
        clear.setToolTip("Start again")
        close = QPushButton("Close")
        close.setToolTip("Keep the drawing as the input")
        row = QHBoxLayout()
        row.addWidget(self.size_box)
        row.addStretch(1)
        row.addWidget(clear)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(QLabel("Left button draws, right button erases."))
        column.addWidget(self.paper)
        column.addLayout(row)
        clear.clicked.connect(self.paper.clear)
        close.clicked.connect(self.accept)
        self.paper.drawn.connect(self._tell)
        self.size_box.activated.connect(lambda _: self._tell())

    def drawing(self) -> Input:
        """The drawing at the chosen size: each cell the mean of its part of the pad."""
        side = int(self.size_box.currentData())
        edges = np.linspace(0, _SIDE, side + 1).astype(int)
        sums = np.add.reduceat(np.add.reduceat(self.paper.grey(), edges[:-1], 0), edges[:-1], 1)
        areas = np.outer(np.diff(edges), np.diff(edges))
        return Input(read_only(np.round(sums / areas, 3)[:, :, None]), f"Drawing {side} × {side}")

    def _tell(self) -> None:
        self.drawn.emit(self.drawing())
