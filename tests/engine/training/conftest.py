"""Settings of trainings that take a second."""

from __future__ import annotations

import pytest

from engine.training.config import TrainingConfig, with_values

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
