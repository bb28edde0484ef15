"""The legend of a heat map: what its colours mean."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.pictures import to_qimage
from gui.widgets.image_view import ImageView

_WIDTH, _HEIGHT = 168, 10


def paint_legend(painter: QPainter, view: ImageView) -> None:
    """The colours of `engine.detection.explain.overlay` in the upper left corner of the picture."""
    ramp = np.linspace(0, 255, _WIDTH).astype(np.uint8)[None].repeat(_HEIGHT, axis=0)
    colours = cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[:, :, ::-1]
    corner = view.target().topLeft()
    left, top = max(corner.x(), 0) + 12, max(corner.y(), 0) + 12
    painter.fillRect(QRectF(left - 6, top - 6, _WIDTH + 12, _HEIGHT + 30), QColor(0, 0, 0, 170))
    painter.drawImage(QRectF(left, top, _WIDTH, _HEIGHT), to_qimage(colours))
    painter.setPen(QColor("white"))
    words = QRectF(left, top + _HEIGHT + 2, _WIDTH, 18)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft, "says little")
    painter.drawText(words, Qt.AlignmentFlag.AlignRight, "speaks for it")
