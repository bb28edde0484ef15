"""Jobs that interrupt a training at a known place, and what its tests read and wait for."""

from __future__ import annotations

import time

import numpy as np

from engine.jobs import Job


class StopsAt(Job):
    """Cancels itself in the middle of an epoch."""

    def __init__(self, epochs: float) -> None:
        super().__init__()
        self._epochs = epochs

    def report(self, done: float, total: float = 0, note: str = "") -> None:
        if note.startswith("Epoch") and done > self._epochs:
            self.cancel()


class OnceOnly:
    """Calls until it has had its effect."""

    def __init__(self, act) -> None:
        self._act, self._done = act, False

    def __call__(self, progress) -> None:
        if not self._done and progress.note.startswith("Epoch") and progress.done > 1.2:
            self._done = True
            self._act(progress)


def curve(run) -> np.ndarray:
    return np.array([(row.loss, row.accuracy, row.val_loss, row.val_accuracy) for row in run.history])


def wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
