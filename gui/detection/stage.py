"""The centre of the Detection tab: the live picture, a word over it when something is missing, and the transport."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.detection.view import View
from gui.detection.legend import paint_legend
from gui.detection.shapes import ShapeTool
from gui.detection.transport import Transport
from gui.widgets.image_view import ImageView


class Notice(QFrame):
    """A card over the picture: what is the matter, and buttons for the next step."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Notice")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._area = parent
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(self._row)
        self.hide()

    def add_button(self, text: str, tip: str, primary: bool = False) -> QPushButton:
        """A button at the end of the row."""
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setProperty("primary", primary)
        self._row.addWidget(button)
        self._buttons.append(button)
        return button

    def say(self, text: str, buttons: bool = False) -> None:
        """Show a text, with or without the buttons; an empty one hides the card."""
        if text == self.text.text() and self.isVisible() == bool(text):
            return
        self.text.setText(text)
        self.setAccessibleDescription(text)
        for button in self._buttons:
            button.setVisible(buttons)
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Lie at the lower edge of the picture, in the middle."""
        area = self._area.rect()
        width = min(460, area.width() - 32)
        layout = self.layout()
        assert layout is not None
        layout.activate()  # buttons may just have been hidden
        self.resize(width, layout.heightForWidth(width))
        self.move((area.width() - width) // 2, area.height() - self.height() - 16)


class LiveView(ImageView):
    """An image view that keeps its notice in place."""

    def __init__(self) -> None:
        super().__init__("Live picture")
        self.notice = Notice(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The notice stays at the lower edge."""
        super().resizeEvent(event)
        self.notice.place()


class Stage(QWidget):
    """Shows views; tells when one was really painted, and which box was clicked."""

    painted = Signal(object)  # captured_ns of the frame that is on screen now
    box_clicked = Signal(object)  # index of the box, or None beside every box

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = LiveView()
        self.picture.hint = "Waiting for the first picture…"
        self.picture.layers.append(self._was_painted)
        self.picture.layers.append(self._paint_legend)
        self.picture.clicked.connect(self._clicked)
        self.shapes = ShapeTool(self.picture)
        self.transport = Transport()
        self.view: View | None = None
        self._unpainted: int | None = None
        self._heat = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.picture, 1)
        column.addWidget(self.transport)

    def show_view(self, view: View) -> None:
        """Put a view on screen."""
        self.view = view
        self._unpainted = view.captured_ns
        self._heat = False
        self.picture.set_image(view.annotated, keep_view=True)

    def show_heat(self, pixels: np.ndarray) -> None:
        """Put an explanation in place of the picture, until the next view."""
        self._unpainted = None
        self._heat = True
        self.picture.set_image(pixels, keep_view=True)

    def clear(self) -> None:
        """No picture for now."""
        self.view, self._unpainted = None, None
        self.picture.set_image(None)

    def to_source(self, point: tuple[float, float]) -> tuple[float, float]:
        """A place of the picture in pixels of the source."""
        return self.view.to_source(*point) if self.view is not None else point

    def _was_painted(self, painter: QPainter, view: ImageView) -> None:
        if self._unpainted is not None:
            self.painted.emit(self._unpainted)
            self._unpainted = None

    def _paint_legend(self, painter: QPainter, view: ImageView) -> None:
        if self._heat:
            paint_legend(painter, view)

    def _clicked(self, x: int, y: int) -> None:
        if self.view is not None and not self.shapes.kind:
            self.box_clicked.emit(self.view.box_at(x, y))
