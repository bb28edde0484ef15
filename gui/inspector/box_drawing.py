"""Draw a box on an image view with the mouse, in image pixels, while it is wanted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from gui.widgets.image_view import ImageView


class BoxDrawing(QObject):
    """While active, a drag draws a box instead of moving the picture."""

    drawn = Signal(object)  # (x0, y0, x1, y1) in image pixels

    def __init__(self, view: ImageView) -> None:
        super().__init__(view)
        self._view = view
        self._active = False
        self._start: QPointF | None = None
        self.box: tuple[float, float, float, float] | None = None
        view.layers.append(self._paint)
        view.installEventFilter(self)

    def activate(self, wanted: bool) -> None:
        """Begin or end drawing."""
        self._active = wanted
        self._start = None
        self._view.setCursor(Qt.CursorShape.CrossCursor if wanted else Qt.CursorShape.ArrowCursor)

    def clear(self) -> None:
        """Forget the box, as with another image."""
        self.box = None
        self._view.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse while a box is being drawn."""
        if not self._active or not isinstance(event, QMouseEvent):
            return False
        point = self._view.to_image(event.position())
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._start = point
        elif event.type() == QEvent.Type.MouseMove and self._start is not None:
            self.box = self._between(self._start, point)
            self._view.update()
        elif event.type() == QEvent.Type.MouseButtonRelease and self._start is not None:
            self.box = self._between(self._start, point)
            self._start = None
            if self.box[2] - self.box[0] >= 1 and self.box[3] - self.box[1] >= 1:
                self.drawn.emit(self.box)
        else:
            return False
        return True

    def _between(self, one: QPointF, other: QPointF) -> tuple[float, float, float, float]:
        height, width = self._view.image_size
        xs = sorted(min(max(point.x(), 0.0), float(width)) for point in (one, other))
        ys = sorted(min(max(point.y(), 0.0), float(height)) for point in (one, other))
        return xs[0], ys[0], xs[1], ys[1]

    def _paint(self, painter: QPainter, view: ImageView) -> None:
        if self.box is None:
            return
        x0, y0, x1, y1 = self.box
        frame = QRectF(view.to_widget(x0, y0), view.to_widget(x1, y1))
        painter.setPen(QPen(QColor(0, 0, 0, 170), 3))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor("white"), 1.4))
        painter.drawRect(frame)
