"""What a training tells while it runs: arrays that grow on one thread and are looked at from another."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import numpy as np

COLUMNS = ("step", "loss", "accuracy", "rate")  # of the rows a batch


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One line of history.csv."""

    epoch: int  # from 1
    loss: float
    accuracy: float  # 0..1
    val_loss: float
    val_accuracy: float
    rate: float  # learning rate at its end
    seconds: float  # training and validation together
    images_per_second: float  # while training, pauses excluded
    gradient: float = float("nan")  # norm of the loss gradient on one fixed batch


@dataclass(frozen=True, slots=True)
class Detail:
    """What one epoch left to be looked into."""

    epoch: int  # from 1
    predicted: np.ndarray  # (validation images,) int32: the class with the highest probability
    confidence: np.ndarray  # (validation images,) float32: that probability
    histograms: dict[str, np.ndarray] = field(default_factory=dict)  # (2, bins + 1): counts (one 0 more), edges
    filters: np.ndarray | None = None  # (h, w, c, n) float32, the first convolution


@dataclass(frozen=True, slots=True)
class Status:
    """Where the training stands."""

    phase: str = "Preparing"
    epoch: int = 0  # the one under way, from 1
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    images_per_second: float = 0.0
    seconds_left: float | None = None  # None before it can be told
    rate: float = 0.0
    waited: int = 0  # epochs without a better validation loss
    patience: int = 0  # of early stopping; 0 when off
    best_epoch: int = 0
    gpu_memory: int = 0  # bytes TensorFlow uses on the first GPU; 0 without one
    messages: tuple[str, ...] = ()  # for the person, such as that the disk is full


class Live:
    """Safe to write from the training thread and to read from any other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows = np.empty((1024, len(COLUMNS)), np.float32)
        self._count = 0
        self._epochs: list[EpochRow] = []
        self._detail: Detail | None = None
        self._status = Status()

    def restore(self, rows: np.ndarray, epochs: list[EpochRow]) -> None:
        """Begin with what an earlier part of the run has written."""
        with self._lock:
            self._rows, self._count = rows.astype(np.float32).copy(), len(rows)
            self._epochs = list(epochs)

    def add_batch(self, step: int, loss: float, accuracy: float, rate: float) -> None:
        """Append one row; doubles its room when full, so that a million rows cost no more a row than the first."""
        with self._lock:
            if self._count == len(self._rows):
                grown = np.empty((max(1024, 2 * len(self._rows)), len(COLUMNS)), np.float32)
                grown[: self._count] = self._rows[: self._count]
                self._rows = grown
            self._rows[self._count] = (step, loss, accuracy, rate)
            self._count += 1

    def add_epoch(self, row: EpochRow, detail: Detail | None = None) -> None:
        """Append a finished epoch."""
        with self._lock:
            self._epochs.append(row)
            self._detail = detail or self._detail

    def update(self, **changes: object) -> None:
        """Change fields of the status."""
        with self._lock:
            self._status = replace(self._status, **changes)  # type: ignore[arg-type]

    def say(self, message: str) -> None:
        """Add a message, once."""
        with self._lock:
            if message not in self._status.messages:
                self._status = replace(self._status, messages=(*self._status.messages, message))

    def batches(self, since: int = 0) -> np.ndarray:
        """Rows (n, 4) float32 from number `since` on: step, loss, accuracy, rate."""
        with self._lock:
            return self._rows[since : self._count].copy()

    @property
    def epochs(self) -> tuple[EpochRow, ...]:
        """All finished epochs."""
        with self._lock:
            return tuple(self._epochs)

    @property
    def detail(self) -> Detail | None:
        """Of the newest finished epoch."""
        with self._lock:
            return self._detail

    @property
    def status(self) -> Status:
        """Where it stands."""
        with self._lock:
            return self._status
