"""Small networks whose explanations are known, and the real one."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from engine.explain import Explainer
from engine.models.cards import Card, Preprocessing
from engine.models.labels import read_labels
from engine.models.loading import Model
from engine.models.preprocessing import Prepared

SIDE = 16


def as_model(
    network: keras.Model, labels: tuple[str, ...] = (), scale: str = "unit", path: Path = Path("n.keras")
) -> Model:
    """A network as the application knows it."""
    shape = network.inputs[0].shape
    how = Preprocessing(shape[1] or SIDE, shape[2] or SIDE, shape[3], fit="stretch", scale=scale)
    return Model(Card("test", "Test", "classification", "", "", how, labels), network, path)


def gap_dense(activation: str | None = "softmax", units: int = 4, channels: int = 3, **conv: object) -> keras.Model:
    """Two convolutions, global average pooling, one dense layer: the network in which Grad-CAM is exact."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((SIDE, SIDE, channels))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    x = layers.Conv2D(5, 3, padding="same", activation="relu", name="conv2", **conv)(x)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    initial = keras.initializers.RandomNormal(stddev=0.5, seed=1)
    return keras.Model(inputs, layers.Dense(units, activation=activation, bias_initializer=initial, name="head")(x))


def backbone(name: str = "backbone") -> keras.Model:
    """Convolutions with a shortcut, as a network of its own."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    y = layers.Conv2D(6, 3, padding="same", activation="relu", name="conv2")(x)
    return keras.Model(inputs, layers.Add(name="add")([x, y]), name=name)


def nested_networks() -> dict[str, keras.Model]:
    """Networks within networks, in the ways people build them."""
    keras.utils.set_random_seed(5)

    def headed(inner: keras.Model) -> keras.Model:
        inputs = keras.Input((SIDE, SIDE, 3))
        x = layers.GlobalAveragePooling2D()(inner(inputs))
        return keras.Model(inputs, layers.Dense(3, activation="softmax", name="head")(x), name="headed")

    sequential = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), layers.Rescaling(2.0), backbone(), layers.Flatten(), layers.Dense(3, "softmax")],
        name="sequential",
    )
    outer = keras.Input((SIDE, SIDE, 3))
    return {
        "functional": headed(backbone()),
        "sequential": sequential,
        "two levels": keras.Model(outer, sequential(outer), name="outer"),
    }


def as_prepared(tensor: np.ndarray) -> Prepared:
    """A tensor as if it came from an image of its own size."""
    seen = (np.clip(np.nan_to_num(tensor), 0, 1) * 255).astype(np.uint8)
    return Prepared(tensor.astype(np.float32), seen, (0.0, 0.0, float(tensor.shape[1]), float(tensor.shape[0])))


def noise(seed: int = 0, channels: int = 3) -> Prepared:
    """An image of random pixels."""
    return as_prepared(np.random.default_rng(seed).random((SIDE, SIDE, channels), np.float32))


@pytest.fixture(scope="session")
def explainer() -> Explainer:
    """The exact network, opened once."""
    return Explainer(as_model(gap_dense(), ("ant", "bee", "cat", "dog")))


@pytest.fixture(scope="session")
def mobilenet(shared: Path) -> Explainer:
    """MobileNetV2 with its ImageNet weights."""
    from dataclasses import replace

    from engine.models.catalog import entry

    weights = shared / "models/imagenet/mobilenet_v2_1.0_224.weights.h5"
    network = keras.applications.MobileNetV2(weights=str(weights))
    labels = read_labels(shared / "models/imagenet/imagenet_class_index.json")
    return Explainer(Model(replace(entry("mobilenet-v2").card, labels=labels), network, weights))
