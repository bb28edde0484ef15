"""Centre of the Inspector: the picture, what is known of it, and the samples below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.images import LoadedImage
from engine.models.preprocessing import Window
from engine.samples import SAMPLES
from gui.widgets.image_view import ImageView
from gui.widgets.sample_strip import SampleStrip


class PicturePage(QWidget):
    """Shows a loaded image, the frame of what the network sees, and the pixel under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ImageView("Image")
        self.view.hint = "Drop an image anywhere on the window,\nor choose a sample below."
        self.view.layers.append(self._paint_window)
        self.view.hovered.connect(self._tell_pixel)
        self._window: Window | None = None
        self._facts = QLabel()
        self._facts.setProperty("role", "muted")
        self._facts.setMinimumWidth(40)
        self._pixel = QLabel()
        self._pixel.setProperty("role", "muted")
        self._pixel.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._pixel.setAccessibleName("Pixel under the cursor")
        self.samples = SampleStrip(tuple(SAMPLES.values()))
        line = QHBoxLayout()
        line.addWidget(self._facts, 1)
        line.addWidget(self._pixel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addLayout(line)
        column.addWidget(self.samples)

    def show_image(self, image: LoadedImage, title: str = "") -> None:
        """Show an image and its remarks; the frame of the network's view goes until the next answer."""
        self._window = None
        self.view.set_image(image.pixels)
        height, width = image.pixels.shape[:2]
        facts = f"{title or image.name}   {width} x {height}   {' '.join(image.notes)}"
        self._facts.setText(facts)
        self._facts.setToolTip(facts)

    def frame(self, window: Window | None) -> None:
        """Show which part of the image the network was given; None removes the frame."""
        self._window = window
        self.view.update()

    def _paint_window(self, painter: QPainter, view: ImageView) -> None:
        if self._window is None:
            return
        x0, y0, x1, y1 = self._window
        height, width = view.image_size
        if x0 <= 0 and y0 <= 0 and x1 >= width and y1 >= height:
            return  # everything is seen: a frame would say nothing
        frame = QRectF(view.to_widget(x0, y0), view.to_widget(x1, y1)) & view.target().adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(0, 0, 0, 170), 1))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor("white"), 1, Qt.PenStyle.DashLine))
        painter.drawRect(frame)

    def _tell_pixel(self, where: tuple[int, int] | None) -> None:
        pixels = self.view.pixels
        if where is None or pixels is None:
            self._pixel.clear()
            return
        x, y = where
        values = ", ".join(str(int(value)) for value in pixels[y, x])
        self._pixel.setText(f"x {x}  y {y}  RGB {values}")
