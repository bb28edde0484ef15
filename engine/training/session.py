"""Training a run from its beginning, or from where it was left."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import tensorflow as tf

from engine.data.preparation import Dataset
from engine.errors import Cancelled, EngineError, InvalidSetting
from engine.jobs import Job
from engine.models.loading import read_network
from engine.training import checkpoint, records, runs
from engine.training.announced import Announced
from engine.training.checkpoint import Progress
from engine.training.evaluation import answer
from engine.training.keeper import BACKUP, Keeper
from engine.training.live import Live
from engine.training.lock import training_lock
from engine.training.run import DataFacts, Run
from engine.training.setup import Setup, parts
from engine.training.trainer import build_trainer, class_weights, forward
from engine.training.watch import Diverged, Watch


class OutOfMemory(EngineError):
    """A batch did not fit."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended; a stop that was asked for is an outcome, not an error."""

    run: Run
    status: str  # "finished", "stopped" or "failed"
    message: str = ""


def train(
    run: Run,
    live: Live | None = None,
    job: Job = Job.silent(),
    dataset: Dataset | None = None,
    on_ready: Callable[[Setup], None] | None = None,
) -> Outcome:
    """Train a run until its last epoch, or go on with one that was interrupted at its last finished epoch.

    job: paused and cancelled from other threads; cancelling stops within a batch and leaves the run resumable.
    dataset: the run's data if they are open already. on_ready: called once data and network are there.
    Raises EngineError when the training cannot start; what goes wrong later is in the outcome and in state.json.
    """
    live = live or Live()
    watched = Announced(job, live)
    with training_lock(run.path):
        try:
            keeper, progress = _ready(run, live, watched, dataset)
        except Cancelled:
            _forget_if_empty(run)
            return Outcome(run, "stopped", "Stopped before the first epoch.")
        except Exception:  # also one that nobody expected: it is told, and no empty run stays behind
            _forget_if_empty(run)
            raise
        if on_ready is not None:
            on_ready(keeper.setup)
        try:
            status, message = _guarded(keeper, live, watched, progress)
        finally:
            keeper.close()
        live.update(phase={"finished": "Finished", "stopped": "Stopped"}.get(status, "Failed"), seconds_left=None)
        return Outcome(keeper.run, status, message)


def resume(path: Path, live: Live | None = None, job: Job = Job.silent()) -> Outcome:
    """Go on with the run in a folder. Raises InvalidSetting when it is complete or cannot be read."""
    run = runs.read_run(path)
    if len(run.history) >= run.config.total_epochs:
        raise InvalidSetting(f"“{run.title}” has trained all its epochs.", "Extend it by some epochs first.")
    return train(run, live, job)


def _ready(run: Run, live: Live, job: Job, dataset: Dataset | None) -> tuple[Keeper, Progress]:
    setup = Setup(run.config, job, dataset)
    facts = _facts(setup.dataset)
    if run.data is not None and run.data.fingerprint != facts.fingerprint:
        raise InvalidSetting(
            f"The data of “{run.title}” have changed since it was begun.",
            "Bring the files back as they were, or start a new run.",
        )
    progress = checkpoint.read_progress(run.file(BACKUP)) if run.file(BACKUP).is_file() else Progress()
    history = tuple(row for row in run.history if row.epoch <= progress.epoch)
    state = replace(
        run.state,
        status="running",
        message="",
        best_epoch=progress.best_epoch,
        parameters=setup.network.count_params(),
        notes=setup.dataset.notes,
    )
    run = replace(run, data=facts, history=history, state=state)
    runs.save_config(run)
    runs.save_state(run)
    records.save_truth(run, setup.dataset.labels[setup.dataset.split.validation])
    live.restore(records.read_batches(run)[: progress.rows], list(history))
    live.update(
        epochs=run.config.total_epochs,
        batches=setup.feed.steps,
        patience=run.config.learning.early_stopping,
        best_epoch=progress.best_epoch,
    )
    return Keeper(run, setup, live), progress


def _guarded(keeper: Keeper, live: Live, job: Announced, progress: Progress) -> tuple[str, str]:
    """Train, and turn whatever ends it into a status and a sentence, both written to the run."""
    status, message, tested = "finished", "", None
    try:
        message = _run_parts(keeper, live, job, progress)
        tested = _test(keeper, job)
    except Cancelled:
        status, message = "stopped", f"Stopped after epoch {len(keeper.run.history)}; it can be resumed."
    except Diverged as error:
        status, message = "failed", str(error)
    except EngineError as error:  # of the data, while judging an epoch
        status, message = "failed", f"{error} The run can be resumed from its last epoch."
    except (tf.errors.ResourceExhaustedError, MemoryError):
        batch = keeper.run.config.learning.batch_size
        status = "failed"
        message = f"Out of memory with batches of {batch} images. Try a batch size of {max(1, batch // 2)}."
    except tf.errors.OpError as error:
        status, message = "failed", _reading_failure(keeper, error)
    except OSError as error:
        status, message = "failed", f"The data can no longer be read: {error.strerror or error}. Resume when they are."
    keeper.finish(status, message, tested)
    if status == "failed":
        live.say(message)
    return status, message


def _run_parts(keeper: Keeper, live: Live, job: Announced, progress: Progress) -> str:
    """All parts that are left; a sentence when it ended before its last epoch."""
    setup, resuming = keeper.setup, progress.epoch > 0
    for part in parts(setup.config):
        if progress.epoch >= part.last:
            continue
        setup.begin(part)
        if resuming:  # at the border of two parts the optimiser starts anew, as it would have
            checkpoint.restore(keeper.run.file(BACKUP), setup.trainer, optimiser=progress.epoch > part.first)
            resuming = False
        watch = Watch(setup, keeper, live, job, progress)
        _fit(setup, watch, part.last)
        progress = watch.progress
        if watch.stopped_early:
            waited = setup.config.learning.early_stopping
            return (
                f"Stopped early: no better validation loss for {waited} epochs. Best was epoch {progress.best_epoch}."
            )
    return ""


def _fit(setup: Setup, watch: Watch, last: int) -> None:
    weights = None
    if setup.config.learning.class_weights:
        weights = class_weights(setup.dataset.counts(setup.dataset.split.train))
    setup.trainer.fit(
        setup.feed.batches(watch.progress.epoch),
        initial_epoch=watch.progress.epoch,
        epochs=last,
        steps_per_epoch=setup.feed.steps,
        class_weight=weights,
        callbacks=[watch],
        shuffle=False,  # the feed shuffles, by seed and epoch
        verbose=0,
    )


def _test(keeper: Keeper, job: Job) -> float | None:
    """Accuracy of the best weights on the images set apart; None when there are none."""
    test = keeper.setup.dataset.split.test
    best = keeper.run.file("best.keras")
    if not len(test) or not best.is_file():
        return None
    keeper.live.update(phase="Testing")
    config, how = keeper.setup.config, keeper.setup.dataset.how
    judge = build_trainer(read_network(best), how, config.augmentation, config.seed)
    return answer(forward(judge), keeper.setup.dataset, test, job=job).accuracy


def _reading_failure(keeper: Keeper, error: tf.errors.OpError) -> str:
    """TensorFlow wraps what the feed raised; the feed remembers it."""
    if keeper.setup.feed.failure is not None:
        return f"{keeper.setup.feed.failure} The run can be resumed from its last epoch."
    return f"TensorFlow stopped: {str(error).splitlines()[0][:300]}"


def _facts(dataset: Dataset) -> DataFacts:
    return DataFacts(
        title=dataset.title,
        class_names=dataset.class_names,
        train_counts=tuple(map(int, dataset.counts(dataset.split.train))),
        validation_counts=tuple(map(int, dataset.counts(dataset.split.validation))),
        test_images=len(dataset.split.test),
        fingerprint=dataset.fingerprint,
        broken=len(dataset.broken),
        notes=dataset.notes,
    )


def _forget_if_empty(run: Run) -> None:
    """A folder that was made for a training which never began is of no use."""
    if run.state.status == "new" and not run.file(BACKUP).exists():
        shutil.rmtree(run.path, ignore_errors=True)
