"""How long a training will take on this machine: a few of its steps, timed before it starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # what only says how long something takes need not load it
    import keras

TIMED = 3


def seconds_a_step(trainer: keras.Model, inputs: np.ndarray, targets: np.ndarray) -> float:
    """Median seconds of a training step; the weights of `trainer` change, so give one that is thrown away."""
    trainer.train_on_batch(inputs, targets)  # the first builds the graph
    times = []
    for _ in range(TIMED):
        began = time.perf_counter()
        trainer.train_on_batch(inputs, targets)
        times.append(time.perf_counter() - began)
    return float(np.median(times))


def told(images: str, parts: Sequence[tuple[int, float]]) -> str:
    """A sentence on the budget, from (steps, seconds a step) of each part of the training."""
    minutes = sum(steps * seconds for steps, seconds in parts) / 60
    return f"{images}: about {minutes:.0f} minutes on this machine, as it is now"
