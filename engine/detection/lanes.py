"""Detect several frames of a file at once and hand the results back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Lanes(Generic[T, R]):
    """Up to `count` pieces of work at a time; used by one thread. With one lane the work is done in place.

    Small networks gain little from several threads inside one picture, but fully from several pictures.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="detecting lane") if count > 1 else None
        self._waiting: deque[tuple[T, Future[R]]] = deque()

    @property
    def full(self) -> bool:
        """Whether a result should be taken before more is given; one more may wait, so that no lane stands idle."""
        return len(self._waiting) > self.count if self._pool is not None else bool(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def give(self, item: T, work: Callable[[T], R]) -> None:
        """Begin `work(item)`."""
        if self._pool is not None:
            self._waiting.append((item, self._pool.submit(work, item)))
            return
        done: Future[R] = Future()
        try:
            done.set_result(work(item))
        except Exception as error:  # raised again where the result is taken, as with a pool
            done.set_exception(error)
        self._waiting.append((item, done))

    def take(self) -> tuple[T, Future[R]]:
        """The oldest item and its outcome, which may still have to be waited for."""
        return self._waiting.popleft()

    def close(self) -> None:
        """Let running work end and join the threads; what was not taken is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._waiting.clear()
