"""The rate of the face detector's training: one cosine a cycle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from recipes.yolo_face.rounds import Round

WARMUP = 300  # steps in which the rate of a cycle rises, a fifth of it at most
FLOOR = 0.01  # of the peak, at the end


class CosineCycles(keras.optimizers.schedules.LearningRateSchedule):
    """One cosine after another, each with a rise before it (Loshchilov and Hutter 2017)."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self.rounds = list(rounds)

    def __call__(self, step: Any) -> Any:
        """The rate of a step, counted from 0."""
        step, rate, first = ops.cast(step, "float32"), 0.0, 0
        for cycle in dict.fromkeys(part.cycle for part in self.rounds):
            steps = sum(part.steps for part in self.rounds if part.cycle is cycle)
            rate = ops.where(step >= first, _cosine(step - first, steps, cycle.peak), rate)
            first += steps
        return rate

    def get_config(self) -> dict[str, Any]:
        """What it was made from."""
        return {"rounds": self.rounds}


def _cosine(step: Any, steps: int, peak: float) -> Any:
    rise = min(WARMUP, steps // 5 + 1)
    share = ops.clip((step - rise) / max(steps - rise, 1), 0.0, 1.0)
    falling = peak * (FLOOR + (1 - FLOOR) * (1 + ops.cos(math.pi * share)) / 2)
    return ops.where(step < rise, peak * (step + 1) / rise, falling)
