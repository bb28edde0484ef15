"""Looking into a network after an epoch: histograms of weights and gradients a layer, and the first filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

BINS = 40


@dataclass(frozen=True, slots=True)
class Inside:
    """What was seen."""

    histograms: dict[str, np.ndarray]  # "LAYER weights" and "LAYER gradients": (2, BINS + 1), counts (and a 0), edges
    gradient_norm: float
    filters: np.ndarray | None  # (h, w, c, n) float32


class Probe:
    """Looks at one trainer, always on the same few images, so that epochs can be compared."""

    def __init__(self, trainer: keras.Model, network: keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
        """images: (n, H, W, C) uint8. labels: (n,) int or (n, classes), as the trainer's loss takes them."""
        self._network = network
        self._variables = list(network.trainable_variables)
        self._images, self._labels = tf.constant(images), tf.constant(labels)
        self._gradients = _gradient_function(trainer, self._variables)

    def look(self) -> Inside:
        """Histograms, gradient norm and filters of this moment."""
        gradients = [np.asarray(gradient) for gradient in self._gradients(self._images, self._labels)]
        groups: dict[str, list[np.ndarray]] = defaultdict(list)
        for variable, gradient in zip(self._variables, gradients, strict=True):
            layer = variable.path.rsplit("/", 1)[0].rsplit("/", 1)[-1]
            groups[f"{layer} weights"].append(np.asarray(variable).ravel())
            groups[f"{layer} gradients"].append(gradient.ravel())
        norm = float(np.sqrt(sum(float(np.square(gradient, dtype=np.float64).sum()) for gradient in gradients)))
        histograms = {name: _histogram(np.concatenate(parts)) for name, parts in groups.items()}
        return Inside(histograms, norm, first_filters(self._network))


def first_filters(network: keras.Model) -> np.ndarray | None:
    """The kernel (h, w, c, n) float32 of the first convolution; of a dense first layer, its weights as pictures."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return np.array(layer.kernel, np.float32)
        if isinstance(layer, keras.layers.Dense):
            height, width, channels = network.inputs[0].shape[1:]
            weights = np.array(layer.kernel, np.float32)
            if weights.shape[0] != height * width * channels:
                return None
            return weights[:, :64].reshape(height, width, channels, -1)
    return None


def _gradient_function(trainer: keras.Model, variables: list) -> Callable:
    @tf.function
    def gradients(images: tf.Tensor, labels: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            answers = trainer(images, training=False)
            loss = trainer.compute_loss(x=images, y=labels, y_pred=answers)
        found = tape.gradient(loss, [variable.value for variable in variables])
        return [
            tf.zeros_like(variable.value) if gradient is None else gradient
            for gradient, variable in zip(found, variables, strict=True)
        ]

    return gradients


def _histogram(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    counts, edges = np.histogram(finite, BINS)
    return np.stack([np.append(counts, 0), edges]).astype(np.float32)
