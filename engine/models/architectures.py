"""Networks we build ourselves, as functions that return an unbuilt-weights Keras model ready to train."""

from __future__ import annotations

import keras
from keras import layers


def textbook_cnn(shape: tuple[int, int, int] = (28, 28, 1), classes: int = 10) -> keras.Model:
    """The CNN of the textbooks: three convolutions of 3 x 3 (32, 64, 64 filters), two poolings, two dense layers.

    shape: height, width, channels of the input. 93,322 parameters for MNIST; softmax output.
    """
    inputs = keras.Input(shape, name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="dense")(x)
    outputs = layers.Dense(classes, activation="softmax", name="classes")(x)
    return keras.Model(inputs, outputs, name="textbook_cnn")
