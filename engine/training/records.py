"""The arrays of a run: rows a batch, what each epoch left to be looked into, and the true classes."""

from __future__ import annotations

import zipfile

import numpy as np

from engine.files import written_aside
from engine.training.live import COLUMNS, Detail
from engine.training.run import Run


def save_batches(run: Run, rows: np.ndarray) -> None:
    """Write the rows a batch (n, 4) float32, whole."""
    with written_aside(run.file("batches.npy")) as aside:
        np.save(aside, rows, allow_pickle=False)


def read_batches(run: Run) -> np.ndarray:
    """Rows (n, 4) float32: step, loss, accuracy, rate; none when there are none yet."""
    try:
        return np.load(run.file("batches.npy"), allow_pickle=False)
    except (OSError, ValueError):
        return np.empty((0, len(COLUMNS)), np.float32)


def save_detail(run: Run, detail: Detail) -> None:
    """Write what an epoch left to be looked into."""
    arrays: dict[str, np.ndarray] = {"predicted": detail.predicted, "confidence": detail.confidence}
    arrays |= {f"histogram:{name}": values for name, values in detail.histograms.items()}
    if detail.filters is not None:
        arrays["filters"] = detail.filters
    with written_aside(run.file(f"epochs/{detail.epoch:05d}.npz")) as aside:
        np.savez(aside, **arrays)  # type: ignore[arg-type]


def read_detail(run: Run, epoch: int) -> Detail | None:
    """What epoch `epoch` (from 1) left, or None when it is not there."""
    try:
        with run.file(f"epochs/{epoch:05d}.npz").open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = dict(found)
        marked = "histogram:"
        histograms = {name.removeprefix(marked): values for name, values in arrays.items() if name.startswith(marked)}
        return Detail(epoch, arrays["predicted"], arrays["confidence"], histograms, arrays.get("filters"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def read_truth(run: Run) -> np.ndarray | None:
    """Classes (validation images,) int32 of the validation images, in the order of every Detail."""
    try:
        return np.load(run.file("truth.npy"), allow_pickle=False)
    except (OSError, ValueError):
        return None


def save_truth(run: Run, truth: np.ndarray) -> None:
    """Write the classes of the validation images."""
    with written_aside(run.file("truth.npy")) as aside:
        np.save(aside, truth, allow_pickle=False)
