"""Activations: values against Keras, derivatives against automatic differentiation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from engine.errors import InvalidSetting
from engine.playground.activations import ACTIVATIONS, dead_share
from engine.playground.layers import ActivationLayer
from tests.engine.playground.strategies import normal

X = np.concatenate([np.linspace(-9, 9, 181), [-60, 60]]).astype(np.float32).reshape(1, -1, 1) + np.float32(0.013)


def keras_layer(activation, parameter):
    return eval(f"keras.layers.{activation.keras.replace('{p}', repr(parameter))}", {"keras": keras})


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_slope_equal_keras(name):
    activation = ACTIVATIONS[name]
    parameter = activation.parameter.default if activation.parameter else 0.0
    layer = keras_layer(activation, parameter)
    x = tf.constant(X.reshape(1, 1, 61, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        # softmax mixes channels: only the derivative of a channel by itself is compared
        total = y[..., 0]
    slope = tape.gradient(total, x)[..., 0]
    ours = activation.value(x.numpy(), parameter)
    np.testing.assert_allclose(ours, y.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(activation.slope(x.numpy(), parameter)[..., 0], slope.numpy(), rtol=1e-4, atol=2e-6)


def test_huge_inputs_stay_finite():
    huge = np.array([[[-1e6, 1e6]]], np.float32)
    for activation in ACTIVATIONS.values():
        parameter = activation.parameter.default if activation.parameter else 0.0
        assert np.isfinite(activation.value(huge, parameter)).all(), activation.name


def test_dead_share_counts_cells_without_gradient():
    x = np.array([-2.0, -1.0, 0.0, 3.0], np.float32)
    assert dead_share(x, ACTIVATIONS["relu"], 0) == 0.75
    assert dead_share(x, ACTIVATIONS["leaky_relu"], 0.3) == 0
    assert dead_share(x, ACTIVATIONS["leaky_relu"], 0.0) == 0.75


def test_another_function_brings_its_default_parameter():
    leaky = ActivationLayer().change(function="leaky_relu")
    assert leaky.parameter == 0.3
    assert leaky.change(parameter=0.1).change(function="elu").parameter == 1.0
    with pytest.raises(InvalidSetting, match="between 0 and 1"):
        leaky.change(parameter=1.5)
    assert "no parameter" in ActivationLayer().greyed()["parameter"]


def test_layer_keeps_float32():
    for name in ACTIVATIONS:
        assert ActivationLayer().change(function=name).apply(normal(1, 2, 2, 3)).dtype == np.float32
