"""The parts of the face detector's training: rounds of scenes, in cycles of the rate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import keras
from keras import ops

WARMUP = 300  # steps in which the rate of a cycle rises, a fifth of it at most
FLOOR = 0.01  # of the peak, at the end

Mix = Mapping[str, float]  # shares of the kinds of scenes, by the names of the methods that make them


@dataclass(frozen=True, eq=False)
class Cycle:
    """From a rate of nearly nothing to `peak` and back."""

    peak: float
    mix: Mix


@dataclass(frozen=True)
class Round:
    """A part of the training after which its state is kept."""

    side: int  # of the scenes in pixels
    batch: int
    steps: int
    cycle: Cycle


# The first learns what faces are from photos; the second, from people who were rendered too, which sides a head has.
FIRST = Cycle(2e-3, MappingProxyType({"mosaic": 0.30, "pasted": 0.30, "single": 0.22, "empty": 0.18}))
SECOND = Cycle(1e-3, MappingProxyType({"mosaic": 0.22, "pasted": 0.18, "single": 0.20, "empty": 0.16, "peopled": 0.24}))


def plan(scale: float, trial: bool = False) -> list[Round]:
    """In each cycle small scenes, from which most is learnt, then scenes as large as the detector will see."""
    if trial:
        return [Round(64, 2, 1, FIRST), Round(96, 2, 1, SECOND)]
    steps = round(200 * scale)
    parts = ((224, 24, FIRST), (320, 12, FIRST), (224, 32, SECOND), (320, 26, SECOND))
    return [Round(side, 32, steps, cycle) for side, rounds, cycle in parts for _ in range(rounds)]


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
