"""Build a Darknet network in Keras, layer by layer under its Darknet number, so that it can be inspected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from engine.detection.darknet.layers import PICTURE, Layer, Plan
from engine.detection.darknet.weights import EPSILON, Convolution

Tensor = Any  # a keras.KerasTensor, for which there are no types


def build(network: Plan, weights: dict[int, Convolution]) -> keras.Model:
    """A keras.Model: input (batch, height, width, 3) float32 RGB 0..1, one raw map (batch, h, w, A * (5 + C)) a scale.

    Normalisation stays a layer of its own, as in the cfg.
    """
    picture = keras.Input((network.height, network.width, network.channels), name="images")
    made: dict[int, Tensor] = {PICTURE: picture}
    loads: list[tuple[keras.layers.Layer, list[np.ndarray]]] = []
    for layer in network.layers:
        inputs = [made[index] for index in layer.inputs]
        made[layer.index] = BUILDERS[layer.kind](layer, inputs, weights, loads)
    model = keras.Model(picture, [made[scale.layer] for scale in network.scales], name="darknet")
    for target, values in loads:
        target.set_weights(values)
    return model


def _convolutional(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    x, own = inputs[0], weights[layer.index]
    if layer.pad and (layer.stride > 1 or layer.size != 2 * layer.pad + 1):
        # Keras' "same" puts the odd pixel of a strided convolution on the other side than Darknet does.
        x = layers.ZeroPadding2D(layer.pad, name=f"{layer.name}_pad")(x)
        padding = "valid"
    else:
        padding = "same" if layer.pad else "valid"
    depthwise = layer.groups > 1 and layer.groups == layer.in_channels == layer.channels
    if depthwise:
        made = layers.DepthwiseConv2D(layer.size, layer.stride, padding, use_bias=not layer.normalised, name=layer.name)
    else:
        made = layers.Conv2D(
            layer.channels, layer.size, layer.stride, padding, groups=layer.groups, use_bias=not layer.normalised,
            name=layer.name,
        )  # fmt: skip
    x = made(x)
    kernel = own.kernel.transpose(2, 3, 0, 1) if depthwise else own.kernel.transpose(2, 3, 1, 0)
    loads.append((made, [kernel] if layer.normalised else [kernel, own.bias]))
    if layer.normalised:
        normal = layers.BatchNormalization(epsilon=EPSILON, name=f"{layer.name}_normal")
        x = normal(x)
        loads.append((normal, [own.gamma, own.bias, own.mean, own.variance]))
    return _activated(layer, x)


def _activated(layer: Layer, x: Tensor) -> Tensor:
    function = ACTIVATIONS[layer.activation]
    return x if function is None else layers.Activation(function, name=f"{layer.name}_{layer.activation}")(x)


def _maxpool(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    x = inputs[0]
    if layer.pad or layer.pad_end:
        sides = (layer.pad, layer.pad_end)
        x = ops.pad(x, ((0, 0), sides, sides, (0, 0)), constant_values=float(np.finfo(np.float32).min))
    return layers.MaxPooling2D(layer.size, layer.stride, name=layer.name)(x)


def _upsample(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    return layers.UpSampling2D(layer.stride, interpolation="nearest", name=layer.name)(inputs[0])


def _route(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    if layer.groups > 1:
        part = layer.channels // len(inputs)
        inputs = [x[..., layer.group * part : (layer.group + 1) * part] for x in inputs]
    return inputs[0] if len(inputs) == 1 else layers.Concatenate(name=layer.name)(inputs)


def _shortcut(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    return _activated(layer, layers.Add(name=layer.name)(inputs))


def _passed_on(layer: Layer, inputs: list[Tensor], weights: dict[int, Convolution], loads: list) -> Tensor:
    return inputs[0]


def _leaky(x: Tensor) -> Tensor:
    return ops.leaky_relu(x, negative_slope=0.1)


def _mish(x: Tensor) -> Tensor:
    return x * ops.tanh(ops.softplus(x))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor] | None] = {
    "linear": None,
    "leaky": _leaky,
    "relu": ops.relu,
    "relu6": ops.relu6,
    "mish": _mish,
    "logistic": ops.sigmoid,
    "swish": ops.silu,
    "tanh": ops.tanh,
    "elu": ops.elu,
    "hardsigmoid": ops.hard_sigmoid,
    "hardswish": ops.hard_silu,
}

BUILDERS: dict[str, Callable[[Layer, list[Tensor], dict[int, Convolution], list], Tensor]] = {
    "convolutional": _convolutional,
    "maxpool": _maxpool,
    "upsample": _upsample,
    "route": _route,
    "shortcut": _shortcut,
    "dropout": _passed_on,
    "yolo": _passed_on,
}
