"""Calls that nothing can interrupt, on a thread of their own that can be left behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

LEAVE_S = 0.3  # most calls can be woken after all, and end within this


class Apart:
    """Carries out one call at a time for one other thread.

    FFmpeg and the connecting of sockets wait for seconds and cannot be woken. Whoever is told to stop meanwhile goes on
    at once; the thread ends by itself when its call does.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._left = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises; InterruptedError once `interrupt` was called."""
        self._calls.put(work)
        answer, error = self._answers.get()
        if error is not None:
            raise error
        return answer

    def interrupt(self) -> None:
        """Let the caller go, from any thread; every later call ends at once, too."""
        self._left = True
        self._answers.put((None, InterruptedError("interrupted")))

    def end(self, last: Callable[[], None]) -> None:
        """Carry out `last` and end the thread; waits for both, but not for a call that was interrupted."""
        self._calls.put(last)
        self._calls.put(None)
        self._thread.join(LEAVE_S if self._left else None)

    def _run(self) -> None:
        while (work := self._calls.get()) is not None:
            try:
                self._answers.put((work(), None))
            except BaseException as error:  # raised again where it was asked for
                self._answers.put((None, error))
