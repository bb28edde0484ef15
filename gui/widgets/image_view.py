"""A picture to look into: zoom at the cursor, drag, fit, and the value of the pixel under the cursor."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.pictures import to_qimage

MAX_SCALE = 96.0  # screen pixels per image pixel
NUMBERS_SCALE = 40.0  # from here on a pixel has room for its numbers
STEP = 1.25  # of one notch of the wheel or one press of + and -

Layer = Callable[[QPainter, "ImageView"], None]


class ImageView(QWidget):
    """Shows an RGB or grey uint8 array. `layers` are painted over it, in order, with the widget's coordinates."""

    hovered = Signal(object)  # (x, y) of the image pixel under the cursor, or None outside
    clicked = Signal(int, int)  # image pixel under a click that was no drag
    view_changed = Signal()  # zoom or position

    def __init__(self, name: str = "Image", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAccessibleDescription("Plus and minus zoom, 0 fits, 1 shows actual size, arrow keys move.")
        self.setToolTip("Wheel: zoom. Drag: move. 0: fit. 1: actual size.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        self.layers: list[Layer] = []
        self.hint = ""  # shown while there is no image
        self._pixels: np.ndarray | None = None
        self._image = QImage()
        self._reduced: tuple[float, QImage] | None = None  # (scale, image) of the last smooth reduction
        self._scale = 1.0
        self._offset = QPointF()
        self._fitted = True
        self._press: QPointF | None = None
        self._last: QPointF | None = None

    def sizeHint(self) -> QSize:
        """A comfortable size; the layout decides."""
        return QSize(640, 480)

    def set_image(self, pixels: np.ndarray | None, keep_view: bool = False) -> None:
        """Show uint8 (H, W), (H, W, 3) or (H, W, 4), or nothing. keep_view: same zoom and place, for live pictures."""
        same = keep_view and self._pixels is not None and pixels is not None and self.image_size == pixels.shape[:2]
        self._pixels = pixels
        self._image = QImage() if pixels is None else to_qimage(pixels)
        self._reduced = None
        if not same:
            self.fit()
        self.update()

    @property
    def pixels(self) -> np.ndarray | None:
        """The array on show."""
        return self._pixels

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels; zeros without one."""
        return (0, 0) if self._pixels is None else self._pixels.shape[:2]

    @property
    def scale(self) -> float:
        """Screen pixels per image pixel."""
        return self._scale

    @property
    def fitted(self) -> bool:
        """Whether the whole image is shown, and stays so when the widget grows."""
        return self._fitted

    @property
    def fitting_scale(self) -> float:
        """The scale at which the whole image is as large as the widget allows."""
        height, width = self.image_size
        return min(self.width() / width, self.height() / height, MAX_SCALE)

    def target(self) -> QRectF:
        """Where the whole image lies, in widget coordinates."""
        height, width = self.image_size
        return QRectF(self._offset.x(), self._offset.y(), width * self._scale, height * self._scale)

    def to_image(self, point: QPointF) -> QPointF:
        """Widget coordinates to image coordinates."""
        return (point - self._offset) / self._scale

    def to_widget(self, x: float, y: float) -> QPointF:
        """Image coordinates to widget coordinates."""
        return QPointF(x, y) * self._scale + self._offset

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """Image pixel (x, y) under a widget point, or None beside the image."""
        where = self.to_image(point)
        height, width = self.image_size
        inside = 0 <= where.x() < width and 0 <= where.y() < height
        return (int(where.x()), int(where.y())) if inside else None

    def fit(self) -> None:
        """Show the whole image, as large as the widget allows."""
        height, width = self.image_size
        if not height or not self.width():
            return
        self._fitted = True
        self._scale = self.fitting_scale
        self._offset = QPointF((self.width() - width * self._scale) / 2, (self.height() - height * self._scale) / 2)
        self._moved()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge by a factor, keeping the image point under `about` (default: the middle) in place."""
        height, width = self.image_size
        if not height:
            return
        if about is None:  # not `or`: the origin counts as false
            about = QPointF(self.rect().center())
        smallest = min(self.width() / width, self.height() / height, 1.0) / 4
        scale = min(max(self._scale * factor, smallest), MAX_SCALE)
        self._offset = about - (about - self._offset) * (scale / self._scale)
        self._scale = scale
        self._fitted = False
        self._moved()

    def pan(self, dx: float, dy: float) -> None:
        """Move the image by screen pixels, keeping part of it in view."""
        height, width = self.image_size
        margin = 32.0
        x = min(max(self._offset.x() + dx, margin - width * self._scale), self.width() - margin)
        y = min(max(self._offset.y() + dy, margin - height * self._scale), self.height() - margin)
        self._offset = QPointF(x, y)
        self._fitted = False
        self._moved()

    def _moved(self) -> None:
        self.update()
        self.view_changed.emit()

    def paintEvent(self, _: QPaintEvent) -> None:
        """The image, its numbers when they fit, then the layers."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if self._image.isNull():
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.hint)
        else:
            self._paint_image(painter)
            if self._scale >= NUMBERS_SCALE:
                self._paint_numbers(painter)
            for layer in self.layers:
                painter.save()
                layer(painter, self)
                painter.restore()
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_image(self, painter: QPainter) -> None:
        if self._scale * self.devicePixelRatioF() < 0.6:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.target(), self._reduction())
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < 2)
            painter.drawImage(self.target(), self._image)

    def _reduction(self) -> QImage:
        """The image averaged down to screen size: Qt's own reduction skips pixels and shimmers."""
        scale = self._scale * self.devicePixelRatioF()
        if self._reduced is None or self._reduced[0] != scale:
            assert self._pixels is not None
            height, width = self.image_size
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            self._reduced = (scale, to_qimage(cv2.resize(self._pixels, size, interpolation=cv2.INTER_AREA)))
        return self._reduced[1]

    def _paint_numbers(self, painter: QPainter) -> None:
        assert self._pixels is not None
        height, width = self.image_size
        top_left, bottom_right = self.to_image(QPointF(0, 0)), self.to_image(QPointF(self.width(), self.height()))
        font = painter.font()
        font.setPixelSize(max(9, int(self._scale / 4.5)))
        painter.setFont(font)
        for y in range(max(0, int(top_left.y())), min(height, int(bottom_right.y()) + 1)):
            for x in range(max(0, int(top_left.x())), min(width, int(bottom_right.x()) + 1)):
                values = np.atleast_1d(self._pixels[y, x])
                painter.setPen(QColor("black" if values[:3].mean() > 127 else "white"))
                corner = self.to_widget(x, y)
                cell = QRectF(corner.x(), corner.y(), self._scale, self._scale)
                distinct = values[:1] if (values[:3] == values[0]).all() else values[:3]
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, "\n".join(str(int(v)) for v in distinct))

    def resizeEvent(self, _: QResizeEvent) -> None:
        """A fitted image stays fitted."""
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start of a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the image, or tell which pixel is under the cursor."""
        if self._last is not None and event.buttons() & Qt.MouseButton.LeftButton:
            step = event.position() - self._last
            self._last = event.position()
            self.pan(step.x(), step.y())
        self.hovered.emit(self.pixel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that did not move is a click."""
        if self._press is not None and (event.position() - self._press).manhattanLength() < 4:
            where = self.pixel_at(event.position())
            if where is not None:
                self.clicked.emit(*where)
        self._press = self._last = None

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        """Back to the whole image."""
        self.fit()

    def leaveEvent(self, _: QEvent) -> None:
        """No pixel is under the cursor any more."""
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The mouse's doings from the keyboard."""
        if event.key() not in _KEYS:
            super().keyPressEvent(event)
            return
        _KEYS[event.key()](self)


_KEYS: dict[int, Callable[[ImageView], None]] = {
    Qt.Key.Key_Plus: lambda view: view.zoom(STEP),
    Qt.Key.Key_Equal: lambda view: view.zoom(STEP),
    Qt.Key.Key_Minus: lambda view: view.zoom(1 / STEP),
    Qt.Key.Key_0: ImageView.fit,
    Qt.Key.Key_1: lambda view: view.zoom(1 / view.scale),
    Qt.Key.Key_Left: lambda view: view.pan(40, 0),
    Qt.Key.Key_Right: lambda view: view.pan(-40, 0),
    Qt.Key.Key_Up: lambda view: view.pan(0, 40),
    Qt.Key.Key_Down: lambda view: view.pan(0, -40),
}
