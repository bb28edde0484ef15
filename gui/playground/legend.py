"""The colours of a picture and the numbers they stand for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from engine.colormaps import Scale, lookup
from engine.playground.numbers import write
from gui.pictures import to_qimage

_HEIGHT = 32
_BAR = 10


class Legend(QWidget):
    """A bar of the colour map with its ends and, for signed data, its zero."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("Colour scale")
        self.setToolTip("Blue is negative and red positive, symmetric about zero; without a sign, dark is low.")
        self._scale: Scale | None = None
        self._text = ""

    def show_scale(self, scale: Scale) -> None:
        """The scale of a map."""
        self._scale, self._text = scale, ""
        self.setAccessibleDescription(f"from {write(scale.low)} to {write(scale.high)}")
        self.update()

    def show_text(self, text: str) -> None:
        """A sentence instead, for pictures that are no map."""
        self._scale, self._text = None, text
        self.setAccessibleDescription(text)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Bar above, numbers below."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        if self._scale is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self._text)
        else:
            ramp = to_qimage(np.tile(lookup(self._scale.map).reshape(1, 256, 3), (2, 1, 1)))
            painter.drawImage(QRectF(0, 0, self.width(), _BAR), ramp)
            below = QRectF(0, _BAR + 2, self.width(), _HEIGHT - _BAR - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, write(self._scale.low))
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, write(self._scale.high))
            if self._scale.signed:
                painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.end()
