"""Undo and redo: the states a person went through."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

DEPTH = 200  # states kept


class History(Generic[T]):
    """States of anything immutable; small steps of one gesture count as one."""

    def __init__(self, first: T) -> None:
        self._past: list[T] = []
        self._future: list[T] = []
        self._gesture: object = None
        self.now = first

    @property
    def can_undo(self) -> bool:
        """Whether there is an older state."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether an undone state can come back."""
        return bool(self._future)

    def put(self, state: T, gesture: object = None) -> None:
        """A new state. The same `gesture` twice in a row, such as one slider being dragged, is one step to undo."""
        if gesture is None or gesture != self._gesture:
            self._past = [*self._past, self.now][-DEPTH:]
        self._gesture = gesture
        self._future = []
        self.now = state

    def undo(self) -> T:
        """Back to the older state; the present one if there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> T:
        """Forward to the state that was undone; the present one if there is none."""
        return self._step(self._future, self._past)

    def _step(self, source: list[T], target: list[T]) -> T:
        if source:
            target.append(self.now)
            self.now = source.pop()
        self._gesture = None
        return self.now
