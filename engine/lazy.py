"""Lazy packages whose heavy imports take turns: two threads importing TensorFlow at once can see it half-made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import lazy_loader

_IMPORTING = threading.RLock()


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` for a package whose `.pyi` stub names what is imported at first use.

    Name only what needs TensorFlow in the stub; light modules are imported as usual and never wait.
    """
    load, listing, names = lazy_loader.attach_stub(package, file)

    def load_in_turn(name: str) -> Any:
        if name not in names:
            return load(name)  # raises AttributeError without waiting for an import under way
        with _IMPORTING:
            return load(name)

    return load_in_turn, listing, names
