"""The callback that sits in Keras' fit: reports, pauses, judges each epoch and keeps what must not be lost."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import keras
import tensorflow as tf

from engine.errors import EngineError
from engine.training import schedule
from engine.training.announced import Announced
from engine.training.checkpoint import Progress
from engine.training.keeper import Keeper
from engine.training.live import EpochRow, Live
from engine.training.setup import Setup
from engine.training.trainer import reseed, set_rate

_REFRESH = 0.1  # seconds between two updates of the status


class Diverged(EngineError):
    """The loss is not a number any more."""


class Watch(keras.callbacks.Callback):
    """One part of a training, seen from inside `fit`."""

    def __init__(self, setup: Setup, keeper: Keeper, live: Live, job: Announced, progress: Progress) -> None:
        super().__init__()
        self.setup, self.keeper, self.live, self.job = setup, keeper, live, job
        self.progress = progress
        self.stopped_early = False
        self._learning = setup.config.learning
        self._images = len(setup.dataset.split.train)
        self._refreshed = 0.0
        self._has_gpu = bool(tf.config.list_physical_devices("GPU"))
        self._paused_before = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Put everything random and the rate to what this epoch has, whether or not it was begun before."""
        self.job.checkpoint()
        reseed(self.model, self.setup.config.seed, epoch)
        self._set_rate(epoch, 0)
        self._seen, self._loss_sum, self._accuracy_sum = 0, 0.0, 0.0
        self._started, self._paused_before = time.perf_counter(), self.job.seconds_paused
        self.live.update(phase="Training", epoch=epoch + 1, batch=0, rate=self._rate)
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Move the rate along its schedule."""
        if self._moving:
            self._set_rate(self._epoch, batch)

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        """Report one batch; Keras' figures are means since the epoch began, from which the batch's own are taken."""
        size = min(self._learning.batch_size, self._images - batch * self._learning.batch_size)
        self._seen += size
        loss_sum, accuracy_sum = logs["loss"] * self._seen, logs["accuracy"] * self._seen
        loss, accuracy = (loss_sum - self._loss_sum) / size, (accuracy_sum - self._accuracy_sum) / size
        self._loss_sum, self._accuracy_sum = loss_sum, accuracy_sum
        if not math.isfinite(loss):
            raise Diverged(
                f"The loss became {loss} in epoch {self._epoch + 1}, batch {batch + 1}; the best weights are kept.",
                "Lower the learning rate, for example to a tenth, or add warm-up.",
            )
        step = self._epoch * self.setup.feed.steps + batch + 1
        self.live.add_batch(step, loss, min(max(accuracy, 0.0), 1.0), self._rate)
        now = time.perf_counter()
        if now - self._refreshed > _REFRESH:
            self._refreshed = now
            self._report(batch + 1)
        self.job.checkpoint()

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        """Judge, keep, and decide whether to go on."""
        training_seconds = self._elapsed()
        self.live.update(phase="Validating", batch=self.setup.feed.steps)
        answers = self.setup.judge(self.job)
        inside = self.setup.probe.look()
        row = EpochRow(
            epoch=epoch + 1,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            val_loss=answers.loss,
            val_accuracy=answers.accuracy,
            rate=self._rate,
            seconds=self._elapsed(),
            images_per_second=self._seen / max(training_seconds, 1e-9),
            gradient=inside.gradient_norm,
        )
        self._advance(row)
        self.keeper.keep(self.model, row, answers, inside, self.progress)
        self.live.update(
            waited=self.progress.stopping.waited,
            patience=self._learning.early_stopping,
            best_epoch=self.progress.best_epoch,
            images_per_second=row.images_per_second,
        )
        if self._learning.early_stopping and self.progress.stopping.waited >= self._learning.early_stopping:
            self.stopped_early = True
            self.model.stop_training = True

    def _advance(self, row: EpochRow) -> None:
        """The waits and the plateau's cuts after this epoch."""
        before = self.progress
        stopping = before.stopping.after(row.val_loss)
        plateau, factor = before.plateau.after(row.val_loss), before.rate_factor
        if self._learning.schedule == "plateau" and plateau.waited >= self._learning.plateau_patience:
            plateau, factor = plateau.reset(), factor * self._learning.decay
        improved = not before.best_epoch or row.val_loss < self.keeper.best_loss
        self.progress = replace(
            before,
            epoch=row.epoch,
            rows=row.epoch * self.setup.feed.steps,
            stopping=stopping,
            plateau=plateau,
            rate_factor=factor,
            best_epoch=row.epoch if improved else before.best_epoch,
        )

    @property
    def _moving(self) -> bool:
        return schedule.changes_within_epochs(self._learning)

    def _set_rate(self, epoch: int, batch: int) -> None:
        part = self.setup.part_of(epoch)
        done = epoch - part.first + batch / self.setup.feed.steps
        rate = schedule.rate_at(self._learning, done, part.last - part.first, self.progress.rate_factor)
        self._rate = rate * part.rate_factor
        set_rate(self.model, self._rate)

    def _gpu_memory(self) -> int:
        return tf.config.experimental.get_memory_info("GPU:0")["current"] if self._has_gpu else 0

    def _elapsed(self) -> float:
        """Seconds of this epoch, pauses excluded."""
        return time.perf_counter() - self._started - (self.job.seconds_paused - self._paused_before)

    def _report(self, batches: int) -> None:
        seconds = max(self._elapsed(), 1e-9)
        speed = self._seen / seconds
        whole = self.setup.config.total_epochs - self._epoch - 1
        left = (self._images - self._seen + whole * self._images) / speed
        last = self.live.epochs[-1] if self.live.epochs else None
        overhead = (last.seconds - self._images / last.images_per_second) if last else 0.0
        self.live.update(
            phase="Training", batch=batches, images_per_second=speed, rate=self._rate,
            seconds_left=left + max(overhead, 0.0) * (whole + 1), gpu_memory=self._gpu_memory(),
        )  # fmt: skip
        done = self._epoch + batches / self.setup.feed.steps
        total = self.setup.config.total_epochs
        mean = self._loss_sum / self._seen
        self.job.report(done, total, f"Epoch {self._epoch + 1} of {total}, loss {mean:.4f}, {speed:,.0f} images/s")
