"""The activations of any layer of a network, at any nesting depth, for one image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from engine.cache import KeyedCache
from engine.errors import InvalidModel
from engine.models.opening import Opened, Spot, open_network
from engine.models.wiring import feeding

_KEPT = 8  # compiled graphs, one a layer looked at


@dataclass(frozen=True, slots=True)
class Captured:
    """What a layer took and gave for one image."""

    spot: Spot
    layer: keras.layers.Layer
    before: np.ndarray | None  # its input without the batch, float32; None where several tensors go in
    after: np.ndarray  # its output without the batch, float32, read-only


class Activations:
    """Looks into one network; weights stay shared and the network is not changed.

    `sources` tells for each layer which others feed it, all by path.

    Raises InvalidModel, when made, for a network whose layers cannot be seen from outside.
    """

    def __init__(self, network: keras.Model) -> None:
        self._opened: Opened = open_network(network)
        self.sources = feeding(network)
        self._forwards: KeyedCache[str, Callable[[tf.Tensor], Sequence[tf.Tensor]]] = KeyedCache(self._compile, _KEPT)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every layer with one output, in the order of computation."""
        return self._opened.spots

    def capture(self, tensor: np.ndarray, path: str) -> Captured:
        """Run the network on one prepared image (height, width, channels) float32 as far as the layer at `path`.

        The first capture of a layer traces a graph, later ones only run it. Raises InvalidModel for an unknown path
        or an image the network cannot take.
        """
        step = self._opened.step(path)
        spot = step.spot
        if spot is None:
            raise InvalidModel(f"“{path}” has several outputs.", "Choose one of the layers around it.")
        forward = self._forwards.get(path)
        try:
            results = [_single(result) for result in forward(tf.constant(tensor[None], tf.float32))]
        except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
            raise InvalidModel(
                f"The network cannot take an input of shape {tensor.shape}.",
                f"It expects {tuple(self._opened.inputs[0].shape[1:])}.",
            ) from error
        return Captured(spot, step.layer, results[1] if len(results) > 1 else None, results[0])

    def _compile(self, path: str) -> Callable[[tf.Tensor], Sequence[tf.Tensor]]:
        step = self._opened.step(path)
        part = self._opened.model([step.after] if step.before is None else [step.after, step.before])
        shape = self._opened.inputs[0].shape[1:]

        def forward(batch: tf.Tensor) -> list[tf.Tensor]:
            results = part(batch, training=False)
            return list(results) if isinstance(results, list | tuple) else [results]  # Keras unwraps a single output

        return tf.function(forward, input_signature=[tf.TensorSpec((1, *shape), tf.float32)])


def _single(result: tf.Tensor) -> np.ndarray:
    values = result.numpy()[0].astype(np.float32, copy=False)
    values.flags.writeable = False
    return values
