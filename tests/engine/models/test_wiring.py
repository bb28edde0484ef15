"""Which layer feeds which, also inside nested networks, and lanes that do not cross."""

import keras
import pytest

from engine.models.opening import open_network
from engine.models.wiring import Skip, feeding, skips


def residual():
    image = keras.Input((8, 8, 4))
    x = keras.layers.Conv2D(4, 3, padding="same", name="conv")(image)
    y = keras.layers.ReLU(name="relu")(x)
    return keras.Model(image, keras.layers.Add(name="add")([x, y]), name="block")


def test_a_residual_block_is_fed_twice():
    assert feeding(residual()) == {"conv": (), "relu": ("conv",), "add": ("conv", "relu")}


def test_inner_networks_are_fed_by_what_feeds_them():
    image = keras.Input((8, 8, 4))
    x = keras.layers.Conv2D(4, 1, name="stem")(image)
    x = residual()(x)
    head = keras.Sequential([keras.layers.Flatten(name="flat"), keras.layers.Dense(2, name="out")], name="head")
    network = keras.Model(image, head(x))
    assert feeding(network) == {
        "stem": (),
        "block/conv": ("stem",),
        "block/relu": ("block/conv",),
        "block/add": ("block/conv", "block/relu"),
        "head/flat": ("block/add",),
        "head/out": ("head/flat",),
    }


@pytest.mark.slow
def test_every_layer_of_mobilenet_is_wired():
    network = keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3))
    sources = feeding(network)
    rows = [spot.path for spot in open_network(network).spots]
    assert set(rows) <= set(sources)
    adds = [path for path in rows if path.endswith("_add")]
    assert len(adds) == 10  # the residual connections of the paper
    assert all(len(sources[path]) == 2 for path in adds)
    found = skips(rows, sources)
    assert [rows[skip.end] for skip in found] == adds
    assert {skip.lane for skip in found} == {0}  # they follow each other and never overlap


def test_overlapping_skips_take_lanes_of_their_own():
    rows = ["a", "b", "c", "d", "e"]
    sources = {"b": ("a",), "c": ("b", "a"), "d": ("c",), "e": ("d", "a", "c")}
    assert skips(rows, sources) == (Skip(0, 2, 0), Skip(0, 4, 1), Skip(2, 4, 0))
    assert skips(rows, {}) == ()
