"""Settings of trainings that take a second."""

from __future__ import annotations

import pytest

from engine import training
from engine.training.config import TrainingConfig, with_values
from engine.training.runs import create_run
from engine.training.session import Outcome

TINY = (
    "data=shapes", "limit=64", "size=18", "channels=grey", "width=0.25", "batch_size=16", "epochs=3", "seed=5",
    "dropout=0.2", "rotation=10", "learning_rate=0.01", "validation=0.25",
)  # fmt: skip


@pytest.fixture
def tiny() -> TrainingConfig:
    return with_values(TrainingConfig(), TINY)


QUICK = (
    "data=shapes", "network=mlp", "limit=64", "size=8", "channels=grey", "width=0.1", "depth=1", "batch_size=16",
    "epochs=3", "seed=5", "learning_rate=0.01", "validation=0.25",
)  # fmt: skip


@pytest.fixture
def quick() -> TrainingConfig:
    """Like tiny, without convolution, dropout and augmentation: traced in half a second."""
    return with_values(TrainingConfig(), QUICK)


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory) -> Outcome:
    """What a training of `tiny` leaves."""
    config = with_values(TrainingConfig(), TINY)
    return training.train(create_run(config, tmp_path_factory.mktemp("whole") / "run"))


@pytest.fixture
def report_every_batch(monkeypatch) -> None:
    """So that a test can interrupt between two batches."""
    monkeypatch.setattr("engine.training.watch._REFRESH", 0.0)
