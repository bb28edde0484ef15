"""Learning rates and waits."""

from __future__ import annotations

import math

import pytest

from engine.training.config import LearningSettings
from engine.training.schedule import FLOOR, Patience, rate_at


def test_cosine_equals_keras():
    import keras

    learning = LearningSettings(learning_rate=0.02, schedule="cosine")
    reference = keras.optimizers.schedules.CosineDecay(0.02, 1000, alpha=FLOOR)
    for step in (0, 130, 500, 999):
        assert rate_at(learning, step / 100, 10) == pytest.approx(float(reference(step)), rel=1e-5)


def test_step_divides_at_its_epochs():
    learning = LearningSettings(learning_rate=1.0, schedule="step", step_epochs=2, decay=0.1)
    assert [rate_at(learning, epoch, 6) for epoch in (0, 1.99, 2, 3.5, 4)] == pytest.approx([1, 1, 0.1, 0.1, 0.01])


def test_warm_up_rises_to_the_rate():
    learning = LearningSettings(learning_rate=0.1, schedule="constant", warm_up=2)
    rates = [rate_at(learning, epoch / 10, 10) for epoch in range(25)]
    assert rates[:20] == sorted(rates[:20])
    assert 0 < rates[0] < 0.01
    assert rates[20:] == [0.1] * 5


def test_plateau_cuts_multiply():
    learning = LearningSettings(learning_rate=0.1, schedule="plateau")
    assert rate_at(learning, 3, 10, factor=0.25) == pytest.approx(0.025)


def test_patience_counts_epochs_without_gain():
    state = Patience()
    for loss, waited in ((1.0, 0), (1.1, 1), (0.99999, 2), (0.5, 0), (math.nan, 1)):
        state = state.after(loss)
        assert state.waited == waited
    assert state.best == 0.5
    assert state.reset() == Patience(0.5, 0)
