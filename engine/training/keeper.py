"""Keeping a run on disk while it is trained; a full disk is said, and the last good files stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from engine.files import written_aside
from engine.models.cards import Card, card_path, save_card
from engine.training import checkpoint, records, runs
from engine.training.checkpoint import Progress
from engine.training.evaluation import Answers
from engine.training.insight import Inside
from engine.training.live import Detail, EpochRow, Live
from engine.training.run import Run
from engine.training.setup import Setup

BACKUP = "backup.npz"


class Keeper:
    """Writes one run; `run` is what its folder says, as far as writing succeeded."""

    def __init__(self, run: Run, setup: Setup, live: Live) -> None:
        self.run, self.setup, self.live = run, setup, live
        self._writer: Any = None

    @property
    def best_loss(self) -> float:
        """The smallest validation loss so far; infinite before the first epoch."""
        return self.run.best.val_loss if self.run.best else float("inf")

    def keep(self, trainer: keras.Model, row: EpochRow, answers: Answers, inside: Inside, progress: Progress) -> None:
        """After an epoch: history, detail, best weights, TensorBoard; the backup last, as it makes the epoch count."""
        detail = Detail(row.epoch, answers.predicted, answers.confidence, inside.histograms, inside.filters)
        state = replace(self.run.state, best_epoch=progress.best_epoch)
        self.run = replace(self.run, history=(*self.run.history, row), state=state)
        self.live.add_epoch(row, detail)
        run = self.run

        def write() -> None:
            records.save_detail(run, detail)
            if progress.best_epoch == row.epoch:
                self.save_network("best", row)
            records.save_batches(run, self.live.batches()[: progress.rows])
            runs.save_history(run)
            runs.save_state(run)
            self._log(row)
            checkpoint.save_checkpoint(run.file(BACKUP), trainer, progress)

        self.safely(write, f"Epoch {row.epoch} could not be saved")

    def save_network(self, name: str, row: EpochRow | None) -> None:
        """Write NAME.keras and its card; `row`: the epoch whose figures the card shows."""
        target = self.run.file(f"{name}.keras")
        with written_aside(target) as aside:
            self.setup.network.save(aside)
        save_card(self._card(row, target.stat().st_size), card_path(target))

    def finish(self, status: str, message: str = "", test_accuracy: float | None = None) -> None:
        """Write last.keras, with the weights of the last whole epoch, and how the run ended."""
        tested = self.run.state.test_accuracy if test_accuracy is None else test_accuracy
        state = replace(self.run.state, status=status, message=message, test_accuracy=tested)
        self.run = replace(self.run, state=state)
        if self.run.file(BACKUP).is_file():
            self.safely(self._save_last, "last.keras could not be saved")
        self.safely(lambda: runs.save_state(self.run), "The state could not be saved")

    def _save_last(self) -> None:
        backup = self.run.file(BACKUP)
        done = checkpoint.read_progress(backup).epoch
        checkpoint.restore(backup, self.setup.trainer, optimiser=False)  # a stop leaves weights of half an epoch
        self.save_network("last", self.run.history[done - 1])

    def close(self) -> None:
        """End the TensorBoard log."""
        if self._writer is not None:
            self.safely(self._writer.close, "The TensorBoard log could not be ended")

    def safely(self, write: Callable[[], Any], failed: str) -> None:
        """Run a write; when the disk refuses, say so and let the training go on."""
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            self.live.say(f"{failed}: {reason}. Training goes on; the last good checkpoint is kept.")

    def _log(self, row: EpochRow) -> None:
        """The epoch's figures for TensorBoard, under the names that Keras' own callback uses."""
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.run.file("logs")))
        with self._writer.as_default(step=row.epoch):
            for name in ("loss", "accuracy", "val_loss", "val_accuracy", "rate", "images_per_second"):
                tf.summary.scalar(f"epoch_{name}", getattr(row, name))
        self._writer.flush()

    def _card(self, row: EpochRow | None, size: int) -> Card:
        dataset, config = self.setup.dataset, self.setup.config
        held = len(dataset.split.validation)
        return Card(
            id=self.run.path.name,
            title=self.run.title,
            task="classification",
            about=f"Trained here on {dataset.title}: {len(dataset.class_names)} classes.",
            licence="yours",
            preprocessing=dataset.how,
            labels=dataset.class_names,
            source="file",
            parameters=self.setup.network.count_params(),
            megabytes=round(size / 1e6, 3),
            accuracy=f"{row.val_accuracy:.2%} on {held:,} validation images after epoch {row.epoch}" if row else "",
            made=f"{config.network.network} on {dataset.title}, seed {config.seed}, begun {self.run.created}",
            details={"run": self.run.path.name, "epoch": row.epoch if row else 0},
        )
