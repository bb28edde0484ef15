"""The Playground: one layer, a stack of layers, or a real network, on any input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.images import LoadedImage, load_image
from engine.playground.inputs import Input, from_pixels, from_source
from engine.playground.lessons import lessons
from engine.playground.stack import Stack
from gui.context import AppContext
from gui.playground.camera_feed import CameraFeed
from gui.playground.drawing_pad import DrawingPad
from gui.playground.input_panel import InputPanel
from gui.playground.network_page import NetworkPage
from gui.playground.session import Session
from gui.playground.stack_page import StackPage
from gui.tab import Scene, Tab
from gui.widgets.scrolled import Scrolled

SIDE = 304  # pixels of the left column
FIRST = ("convolution", 0)  # the experiment the tab opens with


class PlaygroundTab(Tab):
    """Holds the input and hands it to the page in front."""

    title = "Playground"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        start = lessons()[FIRST[0]].experiments[FIRST[1]]
        self.session = Session(context.jobs, from_source(start.input, start.grey), start.stack)
        self._key = start.input
        self._pixels: np.ndarray | None = None  # of an image of the person's own, in colour
        self._name = ""
        self._shown: tuple[str, tuple[str, ...]] = ("", ())  # name and notes that the panel shows
        self.inputs = InputPanel()
        self.stack_page = StackPage(context, self.session)
        self.network_page = NetworkPage(context)
        self.feed = CameraFeed(context.jobs, self._ready)
        self._pad: DrawingPad | None = None
        self._build()
        self._connect()
        self._show_input()
        self.stack_page.lesson.show_look(start.look)

    def sizeHint(self) -> QSize:
        """The default window."""
        return QSize(1280, 700)

    def _build(self) -> None:
        self.layers_button, self.network_button = QPushButton("Layers"), QPushButton("Real network")
        modes = QButtonGroup(self)
        switch = QHBoxLayout()
        switch.setSpacing(4)
        for index, (button, about) in enumerate(
            (
                (self.layers_button, "Build a stack of layers and see every number"),
                (self.network_button, "Look inside a trained network on the same input"),
            )
        ):
            button.setCheckable(True)
            button.setStyleSheet(
                "QPushButton:checked { background: palette(highlight); color: palette(highlighted-text); }"
            )
            button.setToolTip(about)
            modes.addButton(button, index)
            switch.addWidget(button, 1)
        self.layers_button.setChecked(True)
        self.settings = QStackedWidget()
        self.settings.addWidget(Scrolled(self.stack_page.panel, "Settings of the layer"))
        self.settings.addWidget(self.network_page.controls)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.stack_page)
        self.pages.addWidget(self.network_page)
        modes.idClicked.connect(self.show_page)
        left = QWidget()
        left.setFixedWidth(SIDE)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(switch)
        column.addWidget(self.inputs)
        column.addWidget(self.settings, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(left)
        row.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self.inputs.source_chosen.connect(self._choose)
        self.inputs.grey_changed.connect(self._grey_changed)
        self.inputs.open_wanted.connect(self._ask_file)
        self.inputs.draw_wanted.connect(self._draw)
        self.inputs.camera_toggled.connect(self._camera)
        self.feed.frame.connect(self._frame)
        self.feed.remark.connect(self.inputs.say)
        self.feed.failed.connect(self._camera_failed)
        self.stack_page.input_replaced.connect(self._replaced)

    def started(self) -> None:
        """Work out the first stack."""
        self.session.refresh()

    def show_page(self, index: int) -> None:
        """0: the stack, 1: a real network."""
        (self.layers_button, self.network_button)[index].setChecked(True)
        self.pages.setCurrentIndex(index)
        self.settings.setCurrentIndex(index)
        self.inputs.grey.setVisible(index == 0)
        if index == 1:
            self.network_page.show_input(self._for_network())

    # Inputs

    def _choose(self, key: str) -> None:
        if key:
            self._stop_camera()
            self._pixels = None
            self._use(from_source(key, self.inputs.grey.isChecked()), key)

    def _use(self, given: Input, key: str = "") -> bool:
        if not self.session.set_input(given):
            self._show_input()
            return False
        self._key = key
        if key or (given.name, given.notes) != self._shown:  # not for every frame of a camera
            self._show_input()
        if self.pages.currentIndex() == 1:
            self.network_page.show_input(self._for_network())
        return True

    def use_pixels(self, pixels: np.ndarray, name: str) -> None:
        """An RGB uint8 image (H, W, 3) as the input."""
        if self._use(from_pixels(pixels, name, self.inputs.grey.isChecked())):
            self._pixels, self._name = pixels, name

    def _grey_changed(self, grey: bool) -> None:
        if self._pixels is not None:
            self.use_pixels(self._pixels, self._name)
        elif self._key:
            self._use(from_source(self._key, grey), self._key)

    def _replaced(self) -> None:
        """The page brought an input of its own."""
        self._stop_camera()
        self._pixels, given = None, self.session.input
        self._key = next((key for key, source in _titles().items() if source == given.name), "")
        if self._key:
            with_colour = given.values.shape[2] == 3
            self.inputs.grey.blockSignals(True)
            self.inputs.grey.setChecked(not with_colour)
            self.inputs.grey.blockSignals(False)
        self._show_input()

    def _show_input(self) -> None:
        given = self.session.input
        self.inputs.show_input(given, self._key)
        self._shown = (given.name, given.notes)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """An image becomes the input, a JSON file the stack, a Keras file the network."""
        path = paths[0]
        if path.suffix.lower() in (".keras", ".h5"):
            self.show_page(1)
            self.network_page.open_model(path)
            return
        if path.suffix.lower() == ".json":
            self.show_page(0)
            self.session.open(path)
            return

        def loaded(image: LoadedImage) -> None:
            self.context.remember(path)
            self.open_image(image)

        self.context.jobs.submit(
            lambda _: load_image(path), title=f"Reading {path.name}", lane="playground.image", on_result=loaded
        )

    def open_image(self, image: LoadedImage) -> None:
        """The person's own image."""
        self._stop_camera()
        self.use_pixels(image.pixels, image.name)

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open an image", self.context.settings.text("folder"))
        if name:
            self.context.settings.put("folder", str(Path(name).parent))
            self.open_paths([Path(name)])

    def _draw(self) -> None:
        self._stop_camera()
        if self._pad is None:
            self._pad = DrawingPad(self)
            self._pad.drawn.connect(self._drawn)
        self._pad.show()

    def _drawn(self, given: Input) -> None:
        self._pixels = None
        self._use(given)

    def _camera(self, wanted: bool) -> None:
        if wanted:
            self.feed.start()
        else:
            self._stop_camera()
            self.inputs.say("")

    def _frame(self, pixels: np.ndarray) -> None:
        if self.pages.currentIndex() == 1:
            self._pixels = pixels
            self.network_page.show_input(pixels)
        else:
            self.use_pixels(pixels, "Webcam")

    def _ready(self) -> bool:
        return not (self.network_page.busy if self.pages.currentIndex() == 1 else self.session.busy)

    def _camera_failed(self, message: str) -> None:
        self._stop_camera()
        self.inputs.say(message)

    def _stop_camera(self) -> None:
        self.feed.stop()
        self.inputs.camera.blockSignals(True)
        self.inputs.camera.setChecked(False)
        self.inputs.camera.blockSignals(False)

    def _for_network(self) -> np.ndarray:
        """The input as an RGB image, in colour where it has some: networks prepare it in their own way."""
        if self._pixels is not None:
            return self._pixels
        values = (from_source(self._key, grey=False) if self._key else self.session.input).values
        top = max(float(values.max()), 1.0)
        shown = np.clip((values * (255 / top)).round(), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(shown if shown.shape[2] == 3 else np.repeat(shown, 3, axis=2))

    def hideEvent(self, event: QHideEvent) -> None:
        """Behind another tab: the camera is let go, which that tab may want, and the animation rests."""
        super().hideEvent(event)
        self._stop_camera()
        self.stack_page.explorer.player.play.setChecked(False)

    def stop(self) -> None:
        """End the camera and the animation."""
        self.feed.close()
        self.stack_page.explorer.player.stop()
        if self._pad is not None:
            self._pad.close()

    def scenes(self) -> Sequence[Scene]:
        """What the screenshots show."""
        from gui.playground.scenes import scenes

        return scenes(self)

    def use_stack(self, stack: Stack) -> None:
        """Another stack, from its first layer."""
        self.session.set_stack(stack, 0)


def _titles() -> dict[str, str]:
    from engine.playground.inputs import SOURCES

    return {key: source.title for key, source in SOURCES.items()}
