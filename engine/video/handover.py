"""A short queue between a reader and a taker that loses nothing: the reader waits when it is full."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """Passes values in order from one thread to another, holding at most `room` of them."""

    def __init__(self, room: int) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[T] = deque()
        self._room = room
        self._closed = False
        self._finished = False
        self.dropped = 0  # values that were put after `close`

    def put(self, value: T) -> None:
        """Add a value, waiting for room; dropped once closed."""
        with self._condition:
            self._condition.wait_for(lambda: len(self._waiting) < self._room or self._closed)
            if self._closed:
                self.dropped += 1
                return
            self._waiting.append(value)
            self._condition.notify_all()

    def take(self, timeout: float | None = None) -> T | None:
        """The oldest value, waiting up to `timeout` seconds; None on time-out, when finished and empty, or closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closed or self._finished, timeout)
            if not self._waiting or self._closed:
                return None
            value = self._waiting.popleft()
            self._condition.notify_all()
            return value

    def finish(self) -> None:
        """No value follows for now: takers get what waits, then None at once."""
        with self._condition:
            self._finished = True
            self._condition.notify_all()

    def reopen(self) -> None:
        """Values follow again after `finish`."""
        with self._condition:
            self._finished = False

    def close(self) -> None:
        """Wake everyone and forget what waits; later values are dropped."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._condition.notify_all()
