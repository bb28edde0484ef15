"""Between our arrays and Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap


def to_qimage(pixels: np.ndarray) -> QImage:
    """A QImage of its own memory from uint8 (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    pixels = np.ascontiguousarray(pixels)
    kinds = {2: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    kind = kinds[2 if pixels.ndim == 2 else pixels.shape[2]]
    height, width = pixels.shape[:2]
    # The constructor shares the array's memory, whose life Qt does not know: copy.
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()


def from_qimage(image: QImage) -> np.ndarray:
    """An RGB uint8 array (H, W, 3) from any QImage, transparency on white."""
    if image.hasAlphaChannel():
        paper = QImage(image.size(), QImage.Format.Format_RGB888)
        paper.fill(Qt.GlobalColor.white)
        painter = QPainter(paper)
        painter.drawImage(0, 0, image)
        painter.end()
        image = paper
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def to_pixmap(pixels: np.ndarray) -> QPixmap:
    """The same as `to_qimage`, as a pixmap for icons and labels."""
    return QPixmap.fromImage(to_qimage(pixels))
