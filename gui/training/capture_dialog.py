"""Pictures from a camera into named classes: choose a class, hold the button, let go, do the next one."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine import paths
from engine.data.bursts import Burst, checked_name
from engine.errors import EngineError
from engine.video.cameras import Camera, list_cameras
from engine.video.capture import Capture
from engine.video.spec import open_spec
from gui.context import AppContext
from gui.widgets.image_view import ImageView

_TICK_MS = 33
_SYNTHETIC = "synthetic"  # a drawn scene, to try it without a camera


class CaptureDialog(QDialog):
    """Writes bursts into a new folder; `taken` tells the folder when the person is done and there are two classes."""

    taken = Signal(str)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pictures from a camera")
        self.resize(800, 560)
        self._context = context
        self.folder = paths.captures() / f"classes-{datetime.now():%Y%m%d-%H%M%S}"
        self._capture: Capture | None = None
        self._burst: Burst | None = None
        self._counts: dict[str, int] = {}
        self.view = ImageView("Camera")
        self.view.hint = "Choose a camera."
        self.source = QComboBox()
        self.source.setAccessibleName("Camera")
        self.source.setToolTip("Where the pictures come from")
        self.source.activated.connect(lambda _: self._open())
        self.name = QLineEdit()
        self.name.setPlaceholderText("New class")
        self.name.setAccessibleName("New class")
        self.name.setToolTip("Name of a class; press Enter to add it")
        self.name.returnPressed.connect(self._add_class)
        self.classes = QListWidget()
        self.classes.setAccessibleName("Classes")
        self.classes.setToolTip("The class that is recorded next")
        self.hold = QPushButton("Hold to record")
        self.hold.setProperty("primary", True)
        self.hold.setToolTip("Ten pictures a second while it is held; move the thing about. Take several bursts.")
        self.hold.setAccessibleName("Hold to record")
        self.hold.pressed.connect(self._begin)
        self.hold.released.connect(self._end)
        self.done_button = QPushButton("Use these pictures")
        self.done_button.setToolTip("Train on what was recorded")
        self.done_button.setAccessibleName("Use these pictures")
        self.done_button.clicked.connect(self._finish)
        self.status = QLabel("Name at least two classes, then record each in several bursts.")
        self.status.setWordWrap(True)
        self._lay_out()
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._update()
        context.jobs.submit(lambda _: list_cameras(), on_result=self._cameras_found)

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(8)
        for widget in (self.source, self.name, self.classes, self.hold, self.status, self.done_button):
            side.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self.view, 1)
        row.addLayout(side)
        self.source.setMinimumWidth(224)

    def _cameras_found(self, cameras: list[Camera]) -> None:
        for camera in cameras:
            self.source.addItem(camera.name, f"camera:{camera.name}")
        self.source.addItem("Sample scene" if cameras else "No camera found: sample scene", _SYNTHETIC)
        self._open()

    def _open(self) -> None:
        self._close_camera()
        try:
            self._capture = Capture(open_spec(str(self.source.currentData()))).start()
        except EngineError as error:
            self.status.setText(str(error))
            return
        self._timer.start()

    def _tick(self) -> None:
        if self._capture is None:
            return
        frame = self._capture.take(0)
        if frame is None:
            if message := self._capture.status.message:
                self.status.setText(message)
            return
        self.view.set_image(frame.image, keep_view=True)
        if self._burst is not None and self._burst.offer(frame.image, time.monotonic()):
            self.status.setText(f"{len(self._burst.images)} pictures")

    def _add_class(self) -> None:
        try:
            name = checked_name(self.name.text())
        except EngineError as error:
            self.status.setText(str(error))
            return
        if name not in self._counts:
            self._counts[name] = 0
        self.name.clear()
        self._update(name)

    def _chosen(self) -> str:
        return list(self._counts)[self.classes.currentRow()] if self.classes.currentRow() >= 0 else ""

    def _begin(self) -> None:
        self._burst = Burst()

    def _end(self) -> None:
        burst, name, self._burst = self._burst, self._chosen(), None
        if burst is None or not burst.images or not name:
            return

        def saved(files: list[Path]) -> None:
            self._counts[name] += len(files)
            self._update(name)

        self._context.jobs.submit(lambda _: burst.save(self.folder, name), on_result=saved)

    def _update(self, current: str = "") -> None:
        self.classes.clear()
        self.classes.addItems([f"{name}: {count} pictures" for name, count in self._counts.items()])
        if current in self._counts:
            self.classes.setCurrentRow(list(self._counts).index(current))
        self.hold.setEnabled(bool(self._counts))
        self.done_button.setEnabled(sum(count > 1 for count in self._counts.values()) >= 2)

    def _finish(self) -> None:
        self.taken.emit(str(self.folder))
        self.close()

    def _close_camera(self) -> None:
        """A camera can take its time to stop: that happens on a worker."""
        self._timer.stop()
        capture, self._capture = self._capture, None
        if capture is not None:
            self._context.jobs.submit(lambda _: capture.stop())

    def done(self, result: int) -> None:
        """The camera's light goes out with the window, however it is closed."""
        self._close_camera()
        super().done(result)

    def shut(self) -> None:
        """The program ends: stop the camera and wait for it."""
        self._timer.stop()
        if self._capture is not None:
            self._capture.stop()
