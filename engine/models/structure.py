"""What a network is made of: its layers with shapes, parameters and multiply-adds, and the graph they form."""

from __future__ import annotations

from math import prod

import keras
from keras import layers

from engine.models.layer_rows import LayerRow, Structure


def describe(network: keras.Model) -> Structure:
    """The layers of a functional or sequential network that has been built."""
    rows = tuple(_row(network, layer) for layer in network.layers)
    trainable = sum(prod(weight.shape) for weight in network.trainable_weights)
    return Structure(rows, network.count_params(), trainable, sum(row.multiply_adds for row in rows))


def _row(network: keras.Model, layer: layers.Layer) -> LayerRow:
    output = layer.output if not isinstance(layer.output, list) else layer.output[0]
    return LayerRow(
        name=layer.name,
        kind=type(layer).__name__,
        shape=tuple(output.shape),
        parameters=layer.count_params(),
        multiply_adds=multiply_adds(layer),
        trainable=bool(layer.trainable_weights),
        inputs=_inputs(network, layer),
        note=_note(layer),
    )


def multiply_adds(layer: layers.Layer) -> int:
    """Multiplications with addition that a layer needs for one image; those of a nested network are summed."""
    if isinstance(layer, keras.Model):
        return sum(multiply_adds(inner) for inner in layer.layers)
    if isinstance(layer, layers.DepthwiseConv2D | layers.Conv2D):
        height, width = _spatial(layer.output.shape, layer.data_format)
        return height * width * prod(layer.kernel.shape)
    if isinstance(layer, layers.SeparableConv2D):
        height, width = _spatial(layer.output.shape, layer.data_format)
        return height * width * (prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape))
    if isinstance(layer, layers.Dense):
        return prod(layer.output.shape[1:-1]) * prod(layer.kernel.shape)
    return 0


def _spatial(shape: tuple[int | None, ...], data_format: str) -> tuple[int, int]:
    height, width = shape[1:3] if data_format == "channels_last" else shape[2:4]
    return height or 1, width or 1  # unknown sizes count once


def _inputs(network: keras.Model, layer: layers.Layer) -> tuple[str, ...]:
    """Names of the layers that feed `layer` within this network."""
    members = {id(member) for member in network.layers}
    names = [
        origin.operation.name
        for node in layer._inbound_nodes
        for tensor in node.input_tensors
        if id((origin := tensor._keras_history).operation) in members
    ]
    return tuple(dict.fromkeys(names))


def _note(layer: layers.Layer) -> str:
    if isinstance(layer, layers.Conv2D):
        return f"{layer.filters} filters of {_times(layer.kernel_size)}{_stride(layer.strides)}"
    if isinstance(layer, layers.DepthwiseConv2D):
        return f"{_times(layer.kernel_size)} a channel{_stride(layer.strides)}"
    if isinstance(layer, layers.MaxPooling2D | layers.AveragePooling2D):
        return f"{_times(layer.pool_size)}{_stride(layer.strides)}"
    if isinstance(layer, layers.Dense):
        return f"{layer.units} units, {keras.activations.serialize(layer.activation)}"
    if isinstance(layer, layers.Dropout):
        return f"{layer.rate:g} of the features"
    return ""


def _times(size: tuple[int, ...]) -> str:
    return " × ".join(map(str, size))


def _stride(strides: tuple[int, ...]) -> str:
    return f", stride {strides[0]}" if max(strides) > 1 else ""
