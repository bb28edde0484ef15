"""The Playground: one layer, a stack of layers, or a real network, on any input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.images import LoadedImage, load_image
from engine.playground.inputs import from_source
from engine.playground.lessons import lessons
from engine.playground.stack import Stack
from gui.context import AppContext
from gui.playground.input_desk import InputDesk
from gui.playground.input_panel import InputPanel
from gui.playground.network_page import NetworkPage
from gui.playground.session import Session
from gui.playground.stack_page import StackPage
from gui.tab import Scene, Tab
from gui.widgets.scrolled import Scrolled

SIDE = 304  # pixels of the left column
WEBCAM = "Webcam"  # the name of its frames
FIRST = ("convolution", 0)  # the experiment the tab opens with


class PlaygroundTab(Tab):
    """Holds the input and hands it to the page in front."""

    title = "Playground"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        start = lessons()[FIRST[0]].experiments[FIRST[1]]
        self.session = Session(context.jobs, from_source(start.input, start.grey), start.stack)
        self.inputs = InputPanel()
        self.stack_page = StackPage(context, self.session)
        self.network_page = NetworkPage(context)
        self.desk = InputDesk(context, self.session, self.inputs, start.input, self._ready)
        self._build()
        self.desk.changed.connect(self._input_changed)
        self.desk.file_chosen.connect(lambda path: self.open_paths([path]))
        self.desk.feed.frame.connect(self._frame)
        self.stack_page.input_replaced.connect(self.desk.adopt)
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

    def started(self) -> None:
        """Work out the first stack."""
        self.session.refresh()

    def show_page(self, index: int) -> None:
        """0: the stack, 1: a real network."""
        (self.layers_button, self.network_button)[index].setChecked(True)
        self.pages.setCurrentIndex(index)
        self.settings.setCurrentIndex(index)
        self.inputs.grey.setVisible(index == 0)
        self._input_changed()

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
        self.desk.open_image(image)

    def _input_changed(self) -> None:
        if self.pages.currentIndex() == 1:
            self.network_page.show_input(self.desk.image())

    def _frame(self, pixels: np.ndarray) -> None:
        if self.pages.currentIndex() == 1:
            self.desk.set_aside(pixels, WEBCAM)
            self._input_changed()
        else:
            self.desk.use_pixels(pixels, WEBCAM)

    def _ready(self) -> bool:
        return not (self.network_page.busy if self.pages.currentIndex() == 1 else self.session.busy)

    def hideEvent(self, event: QHideEvent) -> None:
        """Behind another tab: the camera is let go, which that tab may want, and the animation rests."""
        super().hideEvent(event)
        self.desk.stop_camera()
        self.stack_page.explorer.player.play.setChecked(False)

    def stop(self) -> None:
        """End the camera and the animation."""
        self.desk.close()
        self.stack_page.explorer.player.stop()

    def scenes(self) -> Sequence[Scene]:
        """What the screenshots show."""
        from gui.playground.scenes import scenes

        return scenes(self)

    def use_stack(self, stack: Stack) -> None:
        """Another stack, from its first layer."""
        self.session.set_stack(stack, 0)
