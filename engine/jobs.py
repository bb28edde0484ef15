"""Long work that can be watched, paused and cancelled, and the slot that keeps only the newest value."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.errors import Cancelled

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    done: float  # in the unit of `total`
    total: float  # 0 when unknown
    note: str = ""

    @property
    def fraction(self) -> float | None:
        """Share done in 0..1, or None while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None


class Job:
    """Progress, pause and cancel of one long piece of work.

    The work calls `report` and `checkpoint`; whoever started it calls `pause`, `resume` and `cancel` from any thread.
    """

    def __init__(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    @classmethod
    def silent(cls) -> Job:
        """A job nobody watches: the default of every function that takes one."""
        return cls()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the work waits at its next checkpoint."""
        return not self._running.is_set()

    def report(self, done: float, total: float = 0, note: str = "") -> None:
        """Tell the watcher how far the work is; `total` 0 means unknown."""
        if self._on_progress is not None:
            self._on_progress(Progress(done, total, note))

    def checkpoint(self) -> None:
        """Wait while paused; raise Cancelled once cancelled."""
        self._running.wait()
        if self._cancelled.is_set():
            raise Cancelled

    def pause(self) -> None:
        """Hold the work at its next checkpoint."""
        if not self._cancelled.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Let paused work go on."""
        self._running.set()

    def cancel(self) -> None:
        """End the work at its next checkpoint, also when it is paused."""
        self._cancelled.set()
        self._running.set()


class LatestSlot(Generic[T]):
    """Hands the newest value from one thread to another; what nobody took in time is dropped and counted."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._value: T | None = None
        self._closed = False
        self.dropped = 0

    def put(self, value: T) -> None:
        """Replace the waiting value; never blocks. After `close` the value is dropped."""
        with self._condition:
            if self._value is not None or self._closed:
                self.dropped += 1
            if not self._closed:
                self._value = value
                self._condition.notify()

    def take(self, timeout: float | None = None) -> T | None:
        """The newest value, waiting up to `timeout` seconds for one; None on timeout or once closed and empty."""
        with self._condition:
            self._condition.wait_for(lambda: self._value is not None or self._closed, timeout)
            value, self._value = self._value, None
            return value

    def close(self) -> None:
        """Wake every waiting taker; later values are dropped."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
