"""The network with everything around it that only training needs: scaling, augmentation, optimiser, loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from engine.data.augmentation import Scaling, augmentation_layers
from engine.data.settings import AugmentationSettings
from engine.models.cards import Preprocessing
from engine.training.config import LearningSettings

Forward = Callable[[np.ndarray], np.ndarray]


def build_trainer(
    network: keras.Model, how: Preprocessing, augmentation: AugmentationSettings, seed: int
) -> keras.Model:
    """A model from uint8 images to probabilities that shares the weights of `network`.

    Augmentation and scaling come before the network, so that saving the network saves neither.
    """
    inputs = keras.Input((how.height, how.width, how.channels), dtype="uint8", name="pixels")
    x = inputs
    if varied := augmentation_layers(augmentation, seed):
        x = keras.layers.Rescaling(1 / 255)(x)
        for layer in varied:
            x = layer(x)
        x = keras.layers.Rescaling(255.0)(x)
    return keras.Model(inputs, network(Scaling(how.scale)(x)), name="trainer")


def compile_trainer(trainer: keras.Model, learning: LearningSettings, rate: float) -> None:
    """Set optimiser, loss and accuracy; the optimiser starts without memory."""
    if learning.label_smoothing:
        loss: keras.losses.Loss = keras.losses.CategoricalCrossentropy(label_smoothing=learning.label_smoothing)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy()
    trainer.compile(OPTIMISERS[learning.optimiser](learning, rate), loss, metrics=["accuracy"])


OPTIMISERS: dict[str, Callable[[LearningSettings, float], keras.optimizers.Optimizer]] = {
    "adam": lambda learning, rate: keras.optimizers.Adam(rate),
    "adamw": lambda learning, rate: keras.optimizers.AdamW(rate, weight_decay=learning.weight_decay),
    "sgd": lambda learning, rate: keras.optimizers.SGD(rate, momentum=learning.momentum),
    "rmsprop": lambda learning, rate: keras.optimizers.RMSprop(rate, momentum=learning.momentum),
}


def set_rate(trainer: keras.Model, rate: float) -> None:
    """Set the learning rate of the next step."""
    trainer.optimizer.learning_rate.assign(rate)


def reseed(trainer: keras.Model, seed: int, epoch: int) -> None:
    """Put every random layer (dropout, augmentation) to a state that depends on seed and epoch alone.

    An epoch then draws the same numbers whether or not the run was interrupted before it.
    """
    for index, generator in enumerate(_generators(trainer)):
        generator.state.assign(np.array([seed * 1_000 + index, epoch * 1_000_003], np.uint32))


def _generators(trainer: keras.Model) -> Iterator[keras.random.SeedGenerator]:
    for layer in trainer._flatten_layers():
        for value in vars(layer).values():
            if isinstance(value, keras.random.SeedGenerator):
                yield value


def forward(trainer: keras.Model) -> Forward:
    """A compiled function from uint8 images (n, H, W, C) to probabilities (n, classes), weights as they are then."""
    spec = tf.TensorSpec((None, *trainer.inputs[0].shape[1:]), tf.uint8)
    traced = tf.function(lambda images: trainer(images, training=False), input_signature=[spec])
    return lambda images: traced(tf.constant(images)).numpy()


def class_weights(counts: np.ndarray) -> dict[int, float]:
    """Weights by which every class counts the same in all, averaging 1 an image; classes without images get 0."""
    present = counts > 0
    weights = np.where(present, counts.sum() / (present.sum() * np.maximum(counts, 1)), 0.0)
    return {index: float(weight) for index, weight in enumerate(weights)}


@contextmanager
def precision(mixed: bool) -> Iterator[None]:
    """Layers made inside compute in 16 bits where that was asked for and a GPU is there."""
    before = keras.config.dtype_policy()
    if mixed and tf.config.list_physical_devices("GPU"):
        keras.config.set_dtype_policy("mixed_float16")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def strategy() -> tf.distribute.Strategy:
    """All GPUs together where there are several, else whatever TensorFlow takes by itself."""
    several = len(tf.config.list_physical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()
