"""The plan of the face detector's training: rounds of scenes, in two cycles of the rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

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
    parts = ((224, 24, FIRST), (320, 12, FIRST), (224, 32, SECOND), (320, 42, SECOND))
    return [Round(side, 32, steps, cycle) for side, rounds, cycle in parts for _ in range(rounds)]


def said(rounds: Sequence[Round]) -> str:
    """What is learnt from, in words."""
    return f"{sum(r.steps * r.batch for r in rounds):,} scenes in {len(rounds)} rounds"
