"""Centre of the Inspector: the picture with its map, what is known of both, the stages, and the samples below."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.explain.asking import TOGETHER, Found
from engine.explain.views import Placed, draw, value_at
from engine.images import LoadedImage
from engine.models.preprocessing import Window
from engine.samples import SAMPLES
from gui.inspector.legend import Legend
from gui.inspector.stage_strip import StageStrip
from gui.inspector.view_bar import ViewBar
from gui.widgets.image_view import ImageView
from gui.widgets.sample_strip import SampleStrip


class PicturePage(QWidget):
    """Shows a loaded image, the map over it, the frame of what the network sees, and the pixel under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ImageView("Image")
        self.view.hint = "Drop an image anywhere on the window,\nor choose a sample below."
        self.view.layers.append(self._paint_window)
        self.view.hovered.connect(self._tell_pixel)
        self.bar = ViewBar()
        self.bar.changed.connect(lambda _: self._redraw())
        self.stages = StageStrip()
        self.samples = SampleStrip(tuple(SAMPLES.values()))
        self._window: Window | None = None
        self._image: np.ndarray | None = None
        self._placed: Placed | None = None
        self._blended: np.ndarray | None = None
        self._legend = Legend()
        self._message = _muted("Why there is no map")
        self._message.setWordWrap(True)
        self._message.hide()
        self._map_facts = _muted("What the map shows")
        self._facts = _muted("Image facts")
        self._pixel = _muted("Pixel under the cursor")
        self._pixel.setAlignment(Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self._message)
        column.addWidget(self.view, 1)
        column.addLayout(_line(self._map_facts, self._legend))
        column.addWidget(self.stages)
        column.addLayout(_line(self._facts, self._pixel))
        column.addWidget(self.samples)
        self.stages.hide()

    def show_image(self, image: LoadedImage, title: str = "") -> None:
        """Show an image and its remarks; frame and map go until the next answer."""
        self._window = None
        self._image = image.pixels
        self.view.set_image(image.pixels)
        self.clear_map()
        height, width = image.pixels.shape[:2]
        facts = f"{title or image.name}   {width} × {height}   {' '.join(image.notes)}"
        self._facts.setText(facts)
        self._facts.setToolTip(facts)

    def show_frame(self, pixels: np.ndarray, words: str) -> None:
        """Show the next picture of a video, keeping the view; its map follows at once."""
        self._image = pixels
        self._window = None
        self._facts.setText(f"{pixels.shape[1]} × {pixels.shape[0]}   {words}")

    def frame(self, window: Window | None) -> None:
        """Show which part of the image the network was given; None removes the frame."""
        self._window = window
        self.view.update()

    def show_map(self, found: Found, caption: str) -> None:
        """Lay a map over the image it was made for, or several classes at once."""
        self._placed, self._blended = found.placed, found.blended
        explanation = found.explanation
        self._map_facts.setText(_named_colours(found) if found.blended is not None else caption)
        self._map_facts.setToolTip("\n".join((caption, *explanation.notes)))
        self.say("" if self.bar.look.signed else explanation.empty_message)
        if explanation.target.against is not None:
            self.bar.show_signed(True)
        self._redraw()

    def show_part(self, placed: Placed) -> None:
        """Show another map on the same image, such as one channel's part of it."""
        self._placed, self._blended = placed, None
        self.say("")
        self._redraw()

    def clear_map(self, message: str = "") -> None:
        """Only the image; a sentence says why."""
        self._placed = self._blended = None
        self._map_facts.clear()
        self.say(message)
        self._redraw()

    def say(self, message: str) -> None:
        """A sentence above the picture; an empty one takes it away."""
        self._message.setText(message)
        self._message.setVisible(bool(message))

    def drawn(self) -> np.ndarray | None:
        """The picture on show, (H, W, 3) uint8."""
        return self.view.pixels

    def _redraw(self) -> None:
        if self._image is None:
            return
        look, placed = self.bar.look, self._placed
        self._legend.show_scale(placed if self._blended is None and look.mode != "original" else None, look)
        if placed is None or (placed.highest <= 0 and not look.signed and self._blended is None):
            self.view.set_image(self._image, keep_view=True)
        elif self._blended is not None and look.mode != "original":
            self.view.set_image(self._blended, keep_view=True)
        else:
            self.view.set_image(draw(self._image, placed, look), keep_view=True)

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
        if where is None or self._image is None:
            self._pixel.clear()
            return
        x, y = where
        values = ", ".join(str(int(value)) for value in self._image[y, x])
        raw = None if self._placed is None else value_at(self._placed, x, y)
        self._pixel.setText(f"x {x}  y {y}  RGB {values}{'' if raw is None else f'  map {raw:.4g}'}")


def _named_colours(found: Found) -> str:
    """The classes of a blended picture, each in its colour."""
    named = zip(found.others, TOGETHER, strict=False)
    return "   ".join(f'<span style="color: rgb({r},{g},{b})">■</span> {one.target.label}' for one, (r, g, b) in named)


def _muted(name: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", "muted")
    label.setAccessibleName(name)
    label.setMinimumWidth(40)
    return label


def _line(left: QLabel, right: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.addWidget(left, 1)
    line.addWidget(right)
    return line
