"""Grouped convolutions, written as one convolution a group.

Keras compiles a grouped convolution by XLA, since TensorFlow's own fails on a CPU. A function compiled within another
loses its gradient when weights are folded into the graph; group by group there is no such function.
"""

from __future__ import annotations

import keras
from keras import ops


def without_groups(layer: keras.layers.Layer) -> keras.layers.Layer:
    """A layer that computes the same with the same weights; the layer itself when it has no groups."""
    grouped = type(layer) is keras.layers.Conv2D and layer.groups > 1 and layer.data_format == "channels_last"
    return _GroupByGroup(layer) if grouped else layer


class _GroupByGroup(keras.layers.Layer):
    """A grouped convolution's computation, with that layer's own variables."""

    def __init__(self, convolution: keras.layers.Conv2D) -> None:
        super().__init__(name=f"{convolution.name}_groups", dtype=convolution.dtype_policy)
        self.convolution = convolution

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Each group of input channels (batch, H, W, C / groups) by its own filters."""
        own = self.convolution
        pairs = zip(ops.split(inputs, own.groups, axis=-1), ops.split(own.kernel, own.groups, axis=-1), strict=True)
        parts = [
            ops.conv(x, kernel, own.strides, own.padding, own.data_format, own.dilation_rate) for x, kernel in pairs
        ]
        result = ops.concatenate(parts, axis=-1)
        result = result if own.bias is None else ops.add(result, own.bias)
        return result if own.activation is None else own.activation(result)
