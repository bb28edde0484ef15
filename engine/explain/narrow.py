"""Some channels of a layer, computed without the others: for layers whose maps together are larger than the memory.

From the layer back to a convolution, everything that treats channels one by one is computed for the wanted ones only,
and so is the convolution itself, by a part of its kernel. What comes before it is computed whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from engine.models.opening import Opened, Step

CHANNELWISE = (  # without weights: they take any number of channels
    layers.AveragePooling2D,
    layers.Cropping2D,
    layers.LeakyReLU,
    layers.MaxPooling2D,
    layers.ReLU,
    layers.UpSampling2D,
    layers.ZeroPadding2D,
)
MIXING = ("softmax", "log_softmax", "glu", "sparsemax")  # activations that look at other channels

Part = Callable[
    [Any, Any, Any], Any
]  # tensor with the wanted channels of the input, first, stop -> those of the output


@dataclass(frozen=True, slots=True)
class Narrow:
    """A way to some channels of a layer."""

    source: keras.Model  # from the image to what is computed whole
    whole: Part | None  # turns that into some channels; None: they are cut out of it
    parts: tuple[Part, ...]  # what follows, channel by channel

    def __call__(self, batch: tf.Tensor, first: tf.Tensor, stop: tf.Tensor) -> tf.Tensor:
        """Channels first..stop (N, h, w, stop - first) of the layer for a batch of images."""
        x = self.source(batch, training=False)
        x = x[..., first:stop] if self.whole is None else self.whole(x, first, stop)
        for part in self.parts:
            x = part(x, first, stop)
        return x


def narrow(opened: Opened, path: str) -> Narrow:
    """The shortest way to some channels of the layer at `path`."""
    step = opened.step(path)
    parts: list[Part] = []
    while True:
        if (convolution := _convolution(step.layer)) is not None:
            return Narrow(opened.model(step.before), convolution, tuple(reversed(parts)))
        part = _part(step.layer)
        before = None if part is None or step.before is None else _maker(opened, step.before)
        if part is None or before is None:
            return Narrow(opened.model(step.after), None, tuple(reversed(parts)))
        parts.append(part)
        step = before


def _maker(opened: Opened, tensor: Any) -> Step | None:
    return next((step for step in reversed(opened.steps) if step.after is tensor), None)


def _convolution(layer: Any) -> Part | None:
    """A convolution by some of its filters, of an input that has all its channels."""
    if type(layer) is not layers.Conv2D or layer.groups != 1 or not _usual(layer):
        return None

    def run(x: Any, first: Any, stop: Any) -> Any:
        kernel = ops.cast(layer.kernel, layer.compute_dtype)[..., first:stop]
        x = tf.cast(x, layer.compute_dtype)
        x = ops.conv(x, kernel, layer.strides, layer.padding, "channels_last", layer.dilation_rate)
        return _finish(layer, x, first, stop)

    return run


def _part(layer: Any) -> Part | None:
    """What a layer does to some of its channels; None where channels depend on each other."""
    if type(layer) in CHANNELWISE and getattr(layer, "data_format", "channels_last") == "channels_last":
        return lambda x, first, stop: layer(x)
    if type(layer) is layers.Dropout:
        return lambda x, first, stop: x
    if type(layer) is layers.Activation and not _mixes(layer):
        return lambda x, first, stop: layer(x)
    if type(layer) is layers.BatchNormalization and layer.axis in (-1, 3):
        return lambda x, first, stop: _normalise(layer, x, first, stop)
    if type(layer) is layers.DepthwiseConv2D and layer.depth_multiplier == 1 and _usual(layer):
        return lambda x, first, stop: _depthwise(layer, x, first, stop)
    return None


def _normalise(layer: Any, x: Any, first: Any, stop: Any) -> Any:
    def cut(weight: Any) -> Any:
        return None if weight is None else tf.convert_to_tensor(weight)[first:stop]

    statistics = [cut(weight) for weight in (layer.moving_mean, layer.moving_variance)]
    shift, scale = cut(layer.beta if layer.center else None), cut(layer.gamma if layer.scale else None)
    normal = ops.batch_normalization(tf.cast(x, tf.float32), *statistics, -1, shift, scale, layer.epsilon)
    return tf.cast(normal, layer.compute_dtype)


def _depthwise(layer: Any, x: Any, first: Any, stop: Any) -> Any:
    kernel = ops.cast(layer.kernel, layer.compute_dtype)[:, :, first:stop]
    x = ops.depthwise_conv(x, kernel, layer.strides, layer.padding, "channels_last", layer.dilation_rate)
    return _finish(layer, x, first, stop)


def _finish(layer: Any, x: Any, first: Any, stop: Any) -> Any:
    """Bias and activation of a convolution."""
    if layer.use_bias:
        x = x + ops.cast(layer.bias, layer.compute_dtype)[first:stop]
    return x if layer.activation is None else layer.activation(x)


def _usual(layer: Any) -> bool:
    return layer.data_format == "channels_last" and not _mixes(layer)


def _mixes(layer: Any) -> bool:
    """Whether the layer's activation looks at several channels, or might."""
    name = keras.activations.serialize(layer.activation) if layer.activation is not None else "linear"
    return not isinstance(name, str) or name in MIXING
