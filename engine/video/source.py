"""What every source of pictures can do, and the ways it can fail."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from engine.errors import EngineError


class SourceUnavailable(EngineError):
    """A source that cannot be used at all, such as a file that is no video: trying again would not help."""


class SourceLost(EngineError):
    """A live source that is silent, busy or gone for now: it may come back."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What an opened source really delivers, which is not always what was asked for."""

    width: int
    height: int
    fps: float  # 0 when the source does not say
    fourcc: str = ""  # pixel or codec format in four letters
    backend: str = ""  # the library or system interface that reads it
    frames: int | None = None  # length, None when endless or unknown

    @property
    def duration_s(self) -> float | None:
        """Length in seconds, None when endless or unknown."""
        return self.frames / self.fps if self.frames and self.fps > 0 else None

    def describe(self) -> str:
        """One line for the status bar: "1280 x 720, 30 frames/s, MJPG, V4L2"."""
        parts = [f"{self.width} × {self.height}"]
        if self.fps > 0 and self.frames != 1:
            parts.append(f"{self.fps:.4g} frames/s")
        return ", ".join(parts + [text for text in (self.fourcc, self.backend) if text])


class Source(ABC):
    """One place pictures come from; used by one thread at a time, except `interrupt`."""

    live = True  # live sources drop what nobody took in time; the others lose nothing
    seekable = False
    steady = True  # whether its pictures are of one size, unless something happens to it

    def __init__(self, name: str) -> None:
        self.name = name
        self.skipped_frames = 0  # pictures that arrived but were damaged or already out of date
        self.unreadable: list[str] = []  # one sentence for each file that could not be read

    @abstractmethod
    def open(self) -> Granted:
        """Start delivering. Raises SourceLost if it may work later, SourceUnavailable if it never will."""

    @abstractmethod
    def read(self) -> tuple[np.ndarray, float] | None:
        """The next picture, RGB uint8 (H, W, 3), and its time in seconds; None at the end.

        Raises SourceLost when a live source falls silent.
        """

    @abstractmethod
    def close(self) -> None:
        """Give everything back; harmless when closed already."""

    def seek(self, time_s: float) -> None:
        """Continue from the picture shown at `time_s`; only for seekable sources."""
        raise SourceUnavailable(f"{self.name} cannot jump to another time.", "Only files can.")

    def interrupt(self) -> None:  # noqa: B027 - most sources return from `read` soon enough by themselves
        """Called from another thread to end a `read` that waits."""


class Ticker:
    """Waits so that a source that could deliver at any moment delivers at a steady rate."""

    def __init__(self, fps: float) -> None:
        self._step = 1.0 / fps
        self._start = self._next = time.perf_counter()

    def wait(self) -> float:
        """Sleep until the next beat; beats that were missed are skipped. Seconds since the first call."""
        now = time.perf_counter()
        if now < self._next:
            time.sleep(self._next - now)
            now = self._next
        self._next = max(self._next + self._step, now)
        return now - self._start
