"""The camera as a live input: frames come on the capture's own thread, the newest is taken by a timer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from engine.video.cameras import Format
from engine.video.capture import Capture
from engine.video.spec import open_spec
from gui.jobs import JobRunner

_TICK_MS = 15  # twice as often as a camera of 30 frames a second, so that none waits long
_WANTED = Format(640, 480, 30.0)  # more is reduced anyway


class CameraFeed(QObject):
    """Emits frames from `start` to `stop`; says why when the camera is missing, busy or lost."""

    frame = Signal(object)  # RGB uint8 (H, W, 3), read-only
    remark = Signal(str)  # what the camera is doing while no frame comes; "" once one does
    failed = Signal(str)  # it has ended, and why

    def __init__(self, jobs: JobRunner, ready: Callable[[], bool]) -> None:
        """ready: whether a frame can be taken now; until then the newest one waits."""
        super().__init__()
        self._ready = ready
        self._jobs = jobs
        self._capture: Capture | None = None
        self._ending: list[Capture] = []
        self._said = ""
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
        try:
            self._capture = Capture(open_spec(spec, _WANTED)).start()
        except EngineError as error:
            self.failed.emit(str(error))
            return
        self._say("Opening the camera…")
        self._timer.start()

    def stop(self) -> None:
        """End the capture without waiting for it; harmless when not running."""
        self._timer.stop()
        capture, self._capture = self._capture, None
        if capture is not None:
            self._ending.append(capture)
            self._jobs.submit(lambda _: capture.stop(), on_end=lambda: self._ended(capture))

    def close(self) -> None:
        """End everything and wait for it."""
        self._timer.stop()
        for capture in (*self._ending, *([self._capture] if self._capture else ())):
            capture.stop()
        self._capture = None

    def _ended(self, capture: Capture) -> None:
        if capture in self._ending:
            self._ending.remove(capture)

    def _look(self) -> None:
        capture = self._capture
        if capture is None or not self._ready():
            return
        frame = capture.take(0)
        if frame is not None:
            self._say("")
            self.frame.emit(frame.image)
        elif capture.finished:
            message = capture.status.message or "The camera has ended."
            self.stop()
            self.failed.emit(message)
        elif capture.status.message:
            self._say(capture.status.message)

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self.remark.emit(text)
