"""A run looked at again: its curves and answers from disk, its images from the data if they are still there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.preparation import Dataset, prepare_dataset
from engine.errors import EngineError
from engine.jobs import Job
from engine.models.cards import card_path, read_card
from engine.training import records
from engine.training.diagnosis import Facts
from engine.training.live import Detail
from engine.training.run import Run


@dataclass(frozen=True, slots=True)
class Review:
    """What can be shown of a run that is not being trained."""

    run: Run
    rows: np.ndarray  # (n, 4) float32: step, loss, accuracy, rate
    truth: np.ndarray | None  # (validation images,) int32
    detail: Detail | None  # of the best epoch


def review(run: Run) -> Review:
    """Read the curves and the best epoch of a run."""
    detail = records.read_detail(run, run.state.best_epoch)
    return Review(run, records.read_batches(run), records.read_truth(run), detail)


def facts_of(run: Run) -> Facts:
    """What the rules of the diagnosis look at, from a run on disk."""
    classes = len(run.data.class_names) if run.data else 0
    counts = run.data.train_counts if run.data else ()
    return Facts(run.history, classes, counts, run.config.learning.class_weights)


def steps_of(run: Run) -> int:
    """Batches an epoch; 1 while the data are not known."""
    images = sum(run.data.train_counts) if run.data else 0
    return max(1, -(-images // run.config.learning.batch_size))


def dataset_of(run: Run, job: Job = Job.silent()) -> Dataset | None:
    """The data of a run, or None when they are gone or have changed: then its images cannot be shown."""
    try:
        how = read_card(card_path(run.file("best.keras"))).preprocessing if run.config.is_transfer else None
        dataset = prepare_dataset(run.config.data, how, job)
    except EngineError:
        return None
    return dataset if run.data is not None and dataset.fingerprint == run.data.fingerprint else None
