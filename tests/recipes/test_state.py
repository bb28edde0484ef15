"""A training that was interrupted goes on as if it had not been."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from recipes import state

RNG = np.random.default_rng(0)
IMAGES, TARGETS = RNG.random((4, 8, 6), np.float32), RNG.random((4, 8, 2), np.float32)


def learner() -> keras.Model:
    """With all that a recipe's training has: normalisation, a falling rate, momentum, decay, averaged weights."""
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(5), keras.layers.BatchNormalization(), keras.layers.Dense(2)]
    network = keras.Sequential([keras.Input((6,)), *layers])
    rate = keras.optimizers.schedules.CosineDecay(0.1, 4)
    sgd = keras.optimizers.SGD(rate, 0.9, weight_decay=0.01, use_ema=True, ema_momentum=0.5)
    sgd.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    network.compile(sgd, "mse")
    return network


def learn(network: keras.Model, steps: range) -> None:
    for step in steps:
        network.train_on_batch(IMAGES[step], TARGETS[step])


def test_two_steps_and_two_more_are_four(tmp_path):
    whole, first, second = learner(), learner(), learner()
    learn(whole, range(4))
    learn(first, range(2))
    state.keep(first, 2, 1.5, tmp_path, "four steps")
    assert state.done(tmp_path, True, "four steps") == 2
    assert state.restore(second, tmp_path) == 1.5
    learn(second, range(2, 4))
    for ours, theirs in zip(state.variables(second), state.variables(whole), strict=True):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-6)
    for network in (whole, second):
        network.optimizer.finalize_variable_values(network.trainable_variables)
    for ours, theirs in zip(second.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_only_the_last_state_is_kept(tmp_path):
    network = learner()
    learn(network, range(1))
    for done in (1, 2):
        state.keep(network, done, 0.0, tmp_path, "two")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["part2.npz", "progress.json"]


def test_nothing_unfinished_is_no_trouble(tmp_path):
    assert state.done(tmp_path / "new", False, "anything") == 0
    assert state.done(tmp_path / "new", True, "anything") == 0


def test_an_unfinished_training_is_neither_lost_nor_bent(tmp_path):
    network = learner()
    learn(network, range(1))
    state.keep(network, 1, 0.0, tmp_path, "50 epochs")
    with pytest.raises(SystemExit, match="give --resume, or remove it"):
        state.done(tmp_path, False, "50 epochs")
    with pytest.raises(SystemExit, match="begun with 50 epochs, not with 90 epochs"):
        state.done(tmp_path, True, "90 epochs")
