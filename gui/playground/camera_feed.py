"""The camera as a live input: frames come on the capture's own thread, the newest is taken by a timer."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError

_TICK_MS = 15  # twice as often as a camera of 30 frames a second, so that none waits long


def camera_support() -> bool:
    """Whether engine.video, which reads cameras, is part of this program."""
    return find_spec("engine.video") is not None


class CameraFeed(QObject):
    """Emits frames from `start` to `stop`; says why when the camera is missing, busy or lost."""

    frame = Signal(object)  # RGB uint8 (H, W, 3)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._capture: Any = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether frames are expected."""
        return self._capture is not None

    def start(self, spec: str = "camera") -> None:
        """Begin; `spec` names a source as the command line does. Returns at once."""
        self.stop()
        capture, source = import_module("engine.video.capture"), import_module("engine.video.spec")
        try:
            self._capture = capture.Capture(source.open_spec(spec)).start()
        except EngineError as error:
            self.failed.emit(str(error))
            return
        self._timer.start()

    def stop(self) -> None:
        """End the capture and join its thread; harmless when not running."""
        self._timer.stop()
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.stop()

    def _look(self) -> None:
        capture = self._capture
        frame = capture.take(0)
        if frame is not None:
            self.frame.emit(frame.image)
        elif capture.finished:
            message = capture.status.message or "The camera has ended."
            self.stop()
            self.failed.emit(message)
