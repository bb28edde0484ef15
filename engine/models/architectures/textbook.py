"""The CNN of the textbooks, and the MLP it is compared with."""

from __future__ import annotations

import keras
from keras import layers

from engine.models.architectures.blocks import Plan, classes, convolution, dense, dropout
from engine.models.architectures.kinds import NETWORKS, NetworkSettings

_STANDARD = Plan(NetworkSettings(), NETWORKS["textbook"].depth, NETWORKS["textbook"].batch_norm)


def textbook_cnn(shape: tuple[int, int, int] = (28, 28, 1), count: int = 10, plan: Plan = _STANDARD) -> keras.Model:
    """The CNN of the textbooks: three convolutions of 3 x 3 (32, 64, 64 filters), two poolings, two dense layers.

    shape: height, width, channels of the input. count: classes. 93,322 parameters for MNIST; softmax output. A deeper
    plan adds convolutions of 64 filters at the end, a shallower one leaves out the last.
    """
    inputs = x = keras.Input(shape, name="image")
    for index in range(plan.depth):
        if index in (1, 2):
            x = layers.MaxPooling2D(2, name=f"pool{index}")(x)
        x = convolution(x, plan, plan.filters(32 if index == 0 else 64), f"conv{index + 1}", padding="valid")
    x = layers.Flatten(name="flatten")(x)
    x = dropout(x, plan.settings.dropout, "dropout")
    x = dense(x, plan, plan.filters(64), "dense")
    return keras.Model(inputs, classes(x, count), name="textbook_cnn")


def mlp(shape: tuple[int, int, int], count: int, plan: Plan) -> keras.Model:
    """Hidden dense layers of 256 units on the flattened pixels, dropout after each."""
    inputs = keras.Input(shape, name="image")
    x = layers.Flatten(name="flatten")(inputs)
    for index in range(plan.depth):
        x = dense(x, plan, plan.filters(256), f"dense{index + 1}")
        x = dropout(x, plan.settings.dropout, f"dropout{index + 1}")
    return keras.Model(inputs, classes(x, count), name="mlp")
