"""Values that are costly to build, kept by key: built once, also when two threads ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class KeyedCache(Generic[K, V]):
    """Keeps the `size` values used last; a failed build is not remembered."""

    def __init__(self, build: Callable[[K], V], size: int) -> None:
        self._build = build
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._locks: dict[K, threading.Lock] = {}
        self._guard = threading.Lock()
        self._cleared = 0

    def get(self, key: K) -> V:
        """The value of a key, built now if it is not kept; raises what the build raises."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._guard:
                if key in self._values:
                    self._values.move_to_end(key)
                    return self._values[key]
                epoch = self._cleared
            value = self._build(key)
            with self._guard:
                if epoch != self._cleared:  # made from what was there before: good for this call only
                    return value
                self._values[key] = value
                while len(self._values) > self._size:
                    self._values.popitem(last=False)
            return value

    def clear(self) -> None:
        """Forget everything, such as after weights changed on disk."""
        with self._guard:
            self._values.clear()
            self._cleared += 1
