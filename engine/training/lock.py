"""One training a run: a lock on its folder that ends with the process, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from engine.errors import InvalidSetting


@contextmanager
def training_lock(path: Path) -> Iterator[None]:
    """Hold a run for training. Raises InvalidSetting when this or another program holds it."""
    lock = filelock.FileLock(path / ".lock", is_singleton=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise InvalidSetting(f"“{path.name}” is being trained right now.", "Stop that training first.") from None
    try:
        yield
    finally:
        lock.release()


def is_training(path: Path) -> bool:
    """Whether some program trains this run at the moment."""
    try:
        with training_lock(path):
            return False
    except InvalidSetting:
        return True
