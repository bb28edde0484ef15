"""Brings an input in: from the list, a file, the drawing pad or the camera; what does not fit leaves the last one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QFileDialog

from engine.images import LoadedImage
from engine.playground.inputs import SOURCES, Input, from_pixels, from_source, to_image
from gui.context import AppContext
from gui.playground.camera_feed import CameraFeed
from gui.playground.drawing_pad import DrawingPad
from gui.playground.input_panel import InputPanel
from gui.playground.session import Session


class InputDesk(QObject):
    """Does what the panel asks for, and tells when another input is in use."""

    changed = Signal()
    file_chosen = Signal(object)  # Path

    def __init__(
        self, context: AppContext, session: Session, panel: InputPanel, key: str, ready: Callable[[], bool]
    ) -> None:
        """key: of the input that the session has. ready: whether the next frame of a camera may come."""
        super().__init__(panel)
        self._context, self._session, self._panel = context, session, panel
        self._key = key  # of the list; "" for an input of the person's own
        self._own: tuple[np.ndarray, str] | None = None  # an image of the person's, in colour, and its name
        self._shown: tuple[str, tuple[str, ...]] = ("", ())  # name and notes that the panel shows
        self.pad: DrawingPad | None = None
        self.feed = CameraFeed(context.jobs, ready)
        self.feed.remark.connect(panel.say)
        self.feed.failed.connect(self._camera_failed)
        panel.source_chosen.connect(self._choose)
        panel.grey_changed.connect(self._grey_changed)
        panel.open_wanted.connect(self._ask_file)
        panel.draw_wanted.connect(self._draw)
        panel.camera_toggled.connect(self._camera)
        self._show()

    def image(self) -> np.ndarray:
        """The input as an RGB uint8 image (H, W, 3), in colour where it has some: networks prepare it themselves."""
        if self._own is not None:
            return self._own[0]
        return to_image(from_source(self._key) if self._key else self._session.input)

    def open_image(self, image: LoadedImage) -> None:
        """The person's own image."""
        self.stop_camera()
        self.use_pixels(image.pixels, image.name)

    def use_pixels(self, pixels: np.ndarray, name: str) -> None:
        """An RGB uint8 image (H, W, 3) as the input."""
        self._use(from_pixels(pixels, name, self._panel.grey.isChecked()), own=(pixels, name))

    def set_aside(self, pixels: np.ndarray, name: str) -> None:
        """A frame of the camera for `image` alone; the stack keeps its input."""
        self._own = pixels, name

    def adopt(self) -> None:
        """The session was given an input by somebody else."""
        self.stop_camera()
        given = self._session.input
        self._own = None
        self._key = next((key for key, source in SOURCES.items() if source.title == given.name), "")
        if self._key:
            with QSignalBlocker(self._panel.grey):
                self._panel.grey.setChecked(given.values.shape[2] != 3)
        self._show()

    def stop_camera(self) -> None:
        """End the camera."""
        self.feed.stop()
        with QSignalBlocker(self._panel.camera):
            self._panel.camera.setChecked(False)

    def close(self) -> None:
        """End the camera for good, and the pad."""
        self.feed.close()
        if self.pad is not None:
            self.pad.close()

    def _choose(self, key: str) -> None:
        if key:
            self.stop_camera()
            self._use(from_source(key, self._panel.grey.isChecked()), key)

    def _use(self, given: Input, key: str = "", own: tuple[np.ndarray, str] | None = None) -> None:
        if not self._session.set_input(given):
            self._show()
            return
        self._key, self._own = key, own
        if key or (given.name, given.notes) != self._shown:  # not for every frame of a camera
            self._show()
        self.changed.emit()

    def _grey_changed(self, grey: bool) -> None:
        if self._own is not None:
            self.use_pixels(*self._own)
        elif self._key:
            self._use(from_source(self._key, grey), self._key)

    def _show(self) -> None:
        given = self._session.input
        self._panel.show_input(given, self._key)
        self._shown = (given.name, given.notes)

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._panel, "Open an image", self._context.settings.text("folder"))
        if name:
            self._context.settings.put("folder", str(Path(name).parent))
            self.file_chosen.emit(Path(name))

    def _draw(self) -> None:
        self.stop_camera()
        if self.pad is None:
            self.pad = DrawingPad(self._panel)
            self.pad.drawn.connect(self._use)
        self.pad.show()

    def _camera(self, wanted: bool) -> None:
        if wanted:
            self.feed.start()
        else:
            self.stop_camera()
            self._panel.say("")

    def _camera_failed(self, message: str) -> None:
        self.stop_camera()
        self._panel.say(message)
