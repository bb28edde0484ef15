"""What a run is: its settings, how far it came, and what it remembers of its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.training.config import TrainingConfig
from engine.training.live import EpochRow

STATUSES = ("new", "running", "stopped", "finished", "failed")


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a run remembers of its data, so that it can be read when the data are gone."""

    title: str
    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]  # images a class
    validation_counts: tuple[int, ...]
    test_images: int
    fingerprint: str
    broken: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is."""

    status: str = "new"
    message: str = ""  # why it ended as it did
    best_epoch: int = 0  # from 1; the smallest validation loss
    test_accuracy: float | None = None  # of the best weights, on images set apart by the data's makers
    parameters: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run as read from its folder."""

    path: Path
    title: str
    note: str
    created: str  # ISO 8601, UTC
    config: TrainingConfig
    state: State
    history: tuple[EpochRow, ...]
    data: DataFacts | None = None  # None before the data were opened

    @property
    def best(self) -> EpochRow | None:
        """The epoch with the smallest validation loss."""
        return next((row for row in self.history if row.epoch == self.state.best_epoch), None)

    @property
    def resumable(self) -> bool:
        """Whether there is more to train from a saved state."""
        return self.state.status in ("running", "stopped", "failed") and len(self.history) < self.config.total_epochs

    @property
    def seconds(self) -> float:
        """Time spent on all epochs."""
        return sum(row.seconds for row in self.history)

    def file(self, name: str) -> Path:
        """A file of the run: "best.keras", "last.keras", "backup.npz", ..."""
        return self.path / name


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder among the runs that this version cannot read; it is shown, and left alone."""

    path: Path
    reason: str
