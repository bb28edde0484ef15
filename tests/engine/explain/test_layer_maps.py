"""The layers of a network and their maps, whole or in pages."""

import keras
import numpy as np
import psutil
import pytest
from keras import layers

from engine.errors import InvalidModel
from engine.explain import Explainer
from engine.explain.asking import Wanted, ask
from engine.explain.layer_maps import COPIES, layer_maps, wired_layers

from .conftest import SIDE, as_model, gap_dense, nested_networks

IMAGE = np.random.default_rng(6).integers(0, 255, (40, 30, 3), dtype=np.uint8)


def free(monkeypatch, size):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": size})())


def mixed():
    """Every kind of layer that is narrowed, and some that cannot be."""
    keras.utils.set_random_seed(2)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(10, 3, use_bias=False, padding="same", name="conv")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = shortcut = layers.ReLU(6.0, name="relu")(x)
    x = layers.ZeroPadding2D(name="pad")(x)
    x = layers.DepthwiseConv2D(3, activation="tanh", name="deep")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    x = layers.Add(name="add")([x, shortcut])
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Conv2D(12, 3, dilation_rate=2, groups=2, activation="relu", name="grouped")(x)
    x = layers.Conv2D(9, 1, activation="softmax", name="soft")(x)
    x = layers.Conv2D(11, 2, strides=2, activation="relu", name="strided")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    network = keras.Model(inputs, layers.Dense(3, name="head")(x))
    rng = np.random.default_rng(1)
    network.set_weights([weight + rng.uniform(0, 0.3, weight.shape) for weight in network.get_weights()])
    return network


@pytest.mark.parametrize("kind", ["mixed", "nested"])
def test_pages_together_are_all_maps_of_every_layer(monkeypatch, kind):
    model = Explainer(as_model(mixed() if kind == "mixed" else nested_networks()["two levels"]))
    found = ask(model, IMAGE, Wanted())
    for spot in model.spatial:
        monkeypatch.undo()
        whole = layer_maps(found, spot.path)
        assert whole.whole
        height, width, total = whole.values.shape
        free(monkeypatch, 4 * COPIES * 4 * height * width)
        pages, first = [], 0
        while first < total:
            pages.append(layer_maps(found, spot.path, first))
            assert (pages[-1].first, pages[-1].total) == (first, total)
            assert pages[-1].stop - first == min(4, total - first)
            first = pages[-1].stop
        together = np.concatenate([page.values for page in pages], axis=2)
        np.testing.assert_allclose(together, whole.values, rtol=1e-5, atol=1e-6, err_msg=spot.path)
        assert whole.values.any()


def test_another_page_is_not_compiled_again(monkeypatch):
    found = ask(Explainer(as_model(mixed())), IMAGE, Wanted())
    free(monkeypatch, 3 * COPIES * 4 * SIDE * SIDE)
    layer_maps(found, "relu")
    traces = found.explainer.traces
    assert layer_maps(found, "relu", 3).first == 3
    assert layer_maps(found, "relu", 1000).first == 9  # the last page, whatever is asked for
    assert found.explainer.traces == traces


def test_what_is_wanted_of_a_convolution_is_computed_by_a_part_of_its_kernel():
    """The other channels are never computed: with not-a-number in their filters a whole layer would be needless."""
    network = mixed()
    kernel = np.array(network.get_layer("conv").kernel)
    kernel[..., 4:] = np.nan
    network.get_layer("conv").kernel.assign(kernel)
    model = Explainer(as_model(network))
    image = np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)
    assert model._passes == {}
    found = model.some_activations(image, "deep", 0, 4)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, model.activations(image, "deep")[..., :4], rtol=1e-5, atol=1e-6)


def test_a_map_that_does_not_fit_alone_is_refused(monkeypatch):
    found = ask(Explainer(as_model(gap_dense())), IMAGE, Wanted())
    free(monkeypatch, 2000)
    with pytest.raises(InvalidModel, match=r"One map of “conv1” needs 0\.0 MB; 0\.0 MB are free"):
        layer_maps(found, "conv1")


def test_layers_are_wired_and_their_maps_shown():
    model = Explainer(as_model(nested_networks()["functional"]))
    spots, chained, skips = wired_layers(model)
    paths = [spot.path for spot in spots]
    assert paths[:3] == ["backbone/conv1", "backbone/conv2", "backbone/add"]
    assert chained[:3] == [False, True, True]
    assert [(skip.start, skip.end) for skip in skips] == [(0, 2)]
    found = ask(model, IMAGE, Wanted())
    maps = layer_maps(found, "backbone/conv2")
    np.testing.assert_array_equal(maps.values, model.activations(found.prepared.tensor[None], "backbone/conv2")[0])
    vector = layer_maps(found, paths[-1])
    assert (vector.values.shape, vector.spatial) == ((1, 1, 3), False)
    with pytest.raises(InvalidModel, match="no layer"):
        layer_maps(found, "backbone/conv9")
