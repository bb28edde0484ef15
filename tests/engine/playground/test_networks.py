"""Activations of any layer, and the cells of real layers taken apart."""

import keras
import numpy as np
import pytest

from engine.errors import InvalidModel
from engine.models.activations import Activations
from engine.playground.history import History
from engine.playground.networks import kernel_of, trace_real
from tests.engine.playground.strategies import normal


@pytest.fixture(scope="module")
def network():
    """Every kind of layer that can be explained, some inside a nested network, with random weights."""
    keras.utils.set_random_seed(3)
    inner_in = keras.Input((8, 8, 4))
    x = keras.layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep")(inner_in)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.ReLU(max_value=6.0, name="cap")(x)
    inner = keras.Model(inner_in, x, name="inner")
    image = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first")(image)
    x = inner(x)
    x = keras.layers.MaxPooling2D(3, 2, padding="same", name="max")(x)
    x = keras.layers.Conv2D(6, 3, dilation_rate=2, padding="same", activation="silu", name="wide")(x)
    x = keras.layers.Activation("tanh", name="bend")(x)
    x = keras.layers.AveragePooling2D(2, name="mean")(x)
    y = keras.layers.Conv2D(6, 1, groups=2, name="grouped")(x)
    x = keras.layers.Add(name="sum")([x, y])
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, keras.layers.Dense(5, activation="softmax", name="head")(x))


@pytest.fixture(scope="module")
def activations(network):
    return Activations(network)


IMAGE = normal(0, 16, 16, 3)


def test_activations_equal_the_network_cut_there(network, activations):
    cut = keras.Model(network.inputs[0], network.get_layer("max").output)
    reference = np.asarray(cut(IMAGE[None]))[0]
    np.testing.assert_allclose(activations.capture(IMAGE, "max").after, reference, rtol=1e-4, atol=1e-6)
    whole = np.asarray(network(IMAGE[None]))[0]
    np.testing.assert_allclose(activations.capture(IMAGE, "head").after, whole, rtol=1e-4, atol=1e-6)


def test_a_layer_that_several_others_feed_gives_its_whole_map(network, activations):
    image = normal(5, 16, 16, 3)
    captured = activations.capture(image, "sum")
    expected = keras.Model(network.input, network.get_layer("sum").output)(image[None])
    np.testing.assert_allclose(captured.after, np.asarray(expected)[0], rtol=1e-5, atol=1e-6)
    assert captured.before is None


def test_layers_are_listed_at_every_depth(activations):
    paths = [spot.path for spot in activations.spots]
    assert [path for path in paths if "/" in path][-3:] == ["inner/deep", "inner/norm", "inner/cap"]
    with pytest.raises(InvalidModel, match="no layer “nowhere”"):
        activations.capture(IMAGE, "nowhere")
    with pytest.raises(InvalidModel, match=r"\(15, 16, 3\)"):
        activations.capture(normal(0, 15, 16, 3), "first")


@pytest.mark.parametrize(
    "path", ["first", "inner/deep", "inner/norm", "inner/cap", "max", "wide", "bend", "mean", "pool", "head"]
)
def test_every_cell_of_a_real_layer_is_worked_out(activations, path):
    captured = activations.capture(IMAGE, path)
    rng = np.random.default_rng(1)
    for _ in range(12):
        cell = tuple(int(rng.integers(n)) for n in captured.after.shape)
        real = trace_real(captured.layer, captured.before, captured.after, cell)
        value = float(captured.after[cell])
        if path in ("first", "inner/deep", "wide", "head"):
            total = real.trace.products.sum() + real.trace.bias
            expected = {"first": max(total, 0), "wide": total / (1 + np.exp(-total))}.get(path, total)
            if path == "head":
                assert real.after == "then softmax"
            else:
                assert expected == pytest.approx(value, rel=1e-4, abs=1e-5)
        else:
            assert real.trace.value == pytest.approx(value, rel=1e-5, abs=1e-6)
            assert real.trace.text


def test_the_sums_of_the_channels_make_the_cell(activations):
    captured = activations.capture(IMAGE, "wide")
    real = trace_real(captured.layer, captured.before, captured.after, (1, 2, 3))
    assert real.trace.products.shape == (3, 3, 8)
    assert real.trace.products.sum(axis=(0, 1)).sum() + real.trace.bias == pytest.approx(real.trace.value)
    assert real.after.startswith("then SiLU")
    np.testing.assert_array_equal(kernel_of(captured.layer, 3), np.asarray(captured.layer.kernel)[..., 3])


def test_what_is_not_worked_out_says_nothing(activations):
    for path in ("sum", "grouped"):
        captured = activations.capture(IMAGE, path)
        assert trace_real(captured.layer, captured.before, captured.after, (0, 0, 0)) is None
        assert kernel_of(captured.layer, 0) is None


def test_history_goes_back_and_forth_and_joins_a_gesture():
    history = History(0)
    history.put(1)
    history.put(2, "slider")
    history.put(3, "slider")
    assert history.undo() == 1
    assert history.undo() == 0
    assert history.undo() == 0
    assert history.redo() == 1
    history.put(9)
    assert not history.can_redo
    assert history.undo() == 1
