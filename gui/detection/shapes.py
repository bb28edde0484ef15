"""Draw lines and zones on the picture with the mouse; the places are pixels of the picture."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from gui.widgets.image_view import ImageView

Point = tuple[float, float]


class ShapeTool(QObject):
    """While a kind is set, clicks on the view set corners: two make a line; a double click or Enter ends a zone."""

    drawn = Signal(str, list)  # "line" or "zone", and its points
    ended = Signal()  # drawn or given up

    def __init__(self, view: ImageView) -> None:
        super().__init__(view)
        self._view = view
        self.kind = ""
        self._points: list[Point] = []
        self._cursor: QPointF | None = None
        view.installEventFilter(self)
        view.layers.append(self._paint)

    def begin(self, kind: str) -> None:
        """Draw a "line" or a "zone" next."""
        self.kind, self._points = kind, []
        self._view.setCursor(Qt.CursorShape.CrossCursor)
        self._view.setFocus()

    def give_up(self) -> None:
        """Back to looking."""
        self.kind, self._points, self._cursor = "", [], None
        self._view.unsetCursor()
        self._view.update()
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse while drawing."""
        if not self.kind:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseMove:
            self._cursor = event.position()
            self._view.update()
        elif event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._add(event.position())
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self._finish()
        return True

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        else:
            return False
        return True

    def _add(self, where: QPointF) -> None:
        point = self._view.to_image(where)
        self._points.append((point.x(), point.y()))
        self._view.update()
        if self.kind == "line" and len(self._points) == 2:
            self._finish()

    def _finish(self) -> None:
        kind, points = self.kind, list(dict.fromkeys(self._points))
        self.give_up()
        if len(points) >= (2 if kind == "line" else 3):
            self.drawn.emit(kind, points)

    def _paint(self, painter: QPainter, view: ImageView) -> None:
        if not self.kind:
            return
        places = [view.to_widget(*point) for point in self._points] + ([self._cursor] if self._cursor else [])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#ffd246"), 2))
        for a, b in pairwise(places):
            painter.drawLine(a, b)
        if self.kind == "zone" and len(places) > 2:
            painter.setPen(QPen(QColor("#ffd246"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(places[-1], places[0])
        painter.setBrush(QColor("#ffd246"))
        for place in places[: len(self._points)]:
            painter.drawEllipse(place, 4, 4)
