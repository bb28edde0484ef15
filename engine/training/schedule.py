"""The learning rate over a run, and the two waits that depend on the validation loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi

from engine.training.config import LearningSettings

FLOOR = 0.01  # share of the rate that cosine ends at


def rate_at(learning: LearningSettings, epoch: float, epochs: int, factor: float = 1.0) -> float:
    """The learning rate at a point of a part of the training.

    epoch: passes done in this part, with fraction. epochs: length of the part. factor: product of the cuts that a
    plateau has made so far.
    """
    base = learning.learning_rate * factor
    if epoch < learning.warm_up:
        return base * (epoch + 0.01) / learning.warm_up if learning.warm_up else base
    if learning.schedule == "step":
        return base * learning.decay ** int(epoch // learning.step_epochs)
    if learning.schedule == "cosine":
        span = max(epochs - learning.warm_up, 1e-9)
        share = min((epoch - learning.warm_up) / span, 1.0)
        return base * (FLOOR + (1 - FLOOR) * (1 + cos(pi * share)) / 2)
    return base


def changes_within_epochs(learning: LearningSettings) -> bool:
    """Whether the rate has to be set at every batch."""
    return learning.schedule == "cosine" or learning.warm_up > 0


@dataclass(frozen=True, slots=True)
class Patience:
    """Waiting for a smaller validation loss."""

    best: float = float("inf")
    waited: int = 0  # epochs since the best

    def after(self, loss: float, least: float = 1e-4) -> Patience:
        """The state after one more epoch; only a gain of more than `least` counts, and NaN never does."""
        return Patience(loss, 0) if loss < self.best - least else replace(self, waited=self.waited + 1)

    def reset(self) -> Patience:
        """The same best with the wait begun anew."""
        return replace(self, waited=0)
