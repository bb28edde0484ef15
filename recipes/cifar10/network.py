"""The bundled photo classifier's network: residual, under 1.2 M parameters, its last maps 8 x 8."""

from __future__ import annotations

import keras
from keras import layers

from engine.models.cards import Preprocessing
from recipes import backends

SIDE = 32
LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
HOW = Preprocessing(SIDE, SIDE, 3, fit="cover", scale="unit")
MEAN, VARIANCE = (0.491, 0.482, 0.447), (0.061, 0.059, 0.068)  # of the training images, by colour


def photo_network() -> keras.Model:
    """Input (32, 32, 3) in 0..1, softmax output of the ten LABELS."""
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Normalization(mean=MEAN, variance=VARIANCE, dtype="float32", name="normalise")(inputs)
    x = backends.entered(x)
    x = _conv(x, 32, "stem")
    x = _conv(x, 48, "fine")
    x = layers.MaxPooling2D(name="to16")(x)
    x = _conv(x, 96, "middle")
    x = _residual(x, 96, "residual1")
    x = layers.MaxPooling2D(name="to8")(x)
    x = _conv(x, 144, "coarse")
    x = _residual(x, 144, "residual2")
    x = _residual(x, 144, "residual3")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    outputs = layers.Dense(len(LABELS), activation="softmax", dtype="float32", name="classes")(x)
    return keras.Model(inputs, outputs, name="cifar10")


def _residual(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Two convolutions beside a way past them (He et al. 2016)."""
    change = _conv(_conv(x, filters, f"{name}a"), filters, f"{name}b")
    return layers.Add(name=f"{name}_sum")([x, change])


def _conv(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    x = backends.normalisation(f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
