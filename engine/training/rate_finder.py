"""The learning-rate finder: raise the rate from tiny to huge over a few batches and see where the loss falls fastest.

L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
import numpy as np

from engine.data.preparation import Dataset
from engine.jobs import Job
from engine.training.config import TrainingConfig
from engine.training.setup import Setup, parts
from engine.training.trainer import set_rate

LOW, HIGH = 1e-6, 1.0
_BLOWN = 4.0  # times the best smoothed loss: nothing is learned beyond
_SMOOTHING = 0.9


@dataclass(frozen=True, slots=True)
class RateCurve:
    """Loss against learning rate."""

    rates: np.ndarray  # (n,) float64, ascending
    losses: np.ndarray  # (n,) float64, smoothed
    suggestion: float  # where the loss falls fastest
    steps: int


def find_rate(
    config: TrainingConfig, job: Job = Job.silent(), dataset: Dataset | None = None, steps: int = 120
) -> RateCurve:
    """Train a network of its own for at most `steps` batches; the run under way, if any, is not touched."""
    setup = Setup(config, job, dataset)
    setup.begin(parts(config)[0])
    ramp = _Ramp(job, steps, config.learning.batch_size, len(setup.dataset.split.train), setup.feed.steps)
    setup.trainer.fit(setup.feed.batches(), steps_per_epoch=steps, epochs=1, shuffle=False, callbacks=[ramp], verbose=0)
    rates, losses = np.array(ramp.rates), np.array(ramp.losses)
    return RateCurve(rates, losses, suggest(rates, losses), len(rates))


def suggest(rates: np.ndarray, losses: np.ndarray) -> float:
    """The rate at the steepest fall of the smoothed loss over the logarithm of the rate, before its minimum."""
    end = int(np.argmin(losses)) + 1
    if end < 4:
        return float(rates[0])
    slopes = np.gradient(losses[:end], np.log(rates[:end]))
    return float(rates[int(np.argmin(slopes))])


class _Ramp(keras.callbacks.Callback):
    """Sets the rate of each batch and records its loss."""

    def __init__(self, job: Job, steps: int, batch: int, images: int, per_epoch: int) -> None:
        super().__init__()
        self._job, self._steps, self._batch, self._images, self._per_epoch = job, steps, batch, images, per_epoch
        self._seen, self._sum, self._mean = 0, 0.0, 0.0
        self.rates: list[float] = []
        self.losses: list[float] = []

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._rate = LOW * (HIGH / LOW) ** (batch / max(self._steps - 1, 1))
        set_rate(self.model, self._rate)

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        self._job.checkpoint()
        self._job.report(batch + 1, self._steps, f"Trying rate {self._rate:.1e}")
        place = batch % self._per_epoch
        size = min(self._batch, self._images - place * self._batch)
        self._seen += size
        total = logs["loss"] * self._seen
        loss, self._sum = (total - self._sum) / size, total
        if not math.isfinite(loss):
            self.model.stop_training = True
            return
        self._mean = _SMOOTHING * self._mean + (1 - _SMOOTHING) * loss
        smoothed = self._mean / (1 - _SMOOTHING ** (len(self.losses) + 1))  # unbiased from the first batch on
        self.rates.append(self._rate)
        self.losses.append(smoothed)
        if smoothed > _BLOWN * min(self.losses):
            self.model.stop_training = True
