"""Write a small Keras network as ONNX: normalisation folded into the convolutions, numbers stored in half precision.

Own code instead of Keras' export, because a recipe may run on any backend and the file must be the same: channels
first, any height and width, batch of one or more. Only the layers that our networks are made of; any other is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13  # old enough for every runtime, new enough for Resize
INPUT = "images"


@dataclass
class _Graph:
    """What is collected while walking through the layers."""

    half: bool
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    pads: dict[str, list[int]] = field(default_factory=dict)  # left over from a padding layer for the convolution

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def number(self, name: str, values: np.ndarray) -> str:
        """Weights; in a file of half precision runtimes widen them once, while loading."""
        if not self.half:
            self.constants.append(numpy_helper.from_array(values.astype(np.float32), name))
            return name
        self.constants.append(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        return self.add("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)

    def exact(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name


def write(network: keras.Model, path: Path, facts: dict[str, str], half: bool = True) -> None:
    """Write a network in the shipping layout, channels last, whose normalisations are folded already.

    Input "images" (N, C, H, W) float32; outputs by the names of their layers, maps as (N, C, H, W). facts: metadata.
    Raises ValueError for a layer that is not among ours.
    """
    graph = _Graph(half)
    names: dict[int, str] = {id(tensor): INPUT for tensor in network.inputs}
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if type(layer) not in _BUILDERS:
            raise ValueError(f"{layer.name} is a {type(layer).__name__}, which this writer does not know.")
        inputs = layer.input if isinstance(layer.input, list | tuple) else [layer.input]
        names[id(layer.output)] = _BUILDERS[type(layer)](graph, layer, [names[id(tensor)] for tensor in inputs])
    shape = network.inputs[0].shape
    outputs = [_value(names[id(tensor)], tensor.shape) for tensor in network.outputs]
    body = helper.make_graph(graph.nodes, network.name, [_value(INPUT, shape)], outputs, graph.constants)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="CNN Studio"
    )
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _value(name: str, shape: tuple[int | None, ...]) -> onnx.ValueInfoProto:
    if len(shape) == 4:
        shape = (shape[0], shape[3], shape[1], shape[2])
    words = ("N", "C", "H", "W")
    whose = "" if name == INPUT else f"_{name}"
    sides = [side if side is not None else f"{words[axis]}{whose if axis else ''}" for axis, side in enumerate(shape)]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, sides)


def _weights(layer: keras.layers.Layer) -> list[np.ndarray]:
    return [np.asarray(values, np.float32) for values in layer.get_weights()]


def _convolution(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    kernel, bias = _weights(layer)
    size, stride = layer.kernel_size[0], layer.strides[0]
    pads = graph.pads.pop(inputs[0], [0] * 4)
    if layer.padding == "same":
        pads = [size // 2] * 4
    constants = [
        graph.number(f"{layer.name}_kernel", kernel.transpose(3, 2, 0, 1)), graph.number(f"{layer.name}_bias", bias)
    ]  # fmt: skip
    how = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "pads": pads}
    return _activated(graph, layer, lambda name: graph.add("Conv", inputs + constants, name, **how))


def _padding(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    (top, bottom), (left, right) = layer.padding
    graph.pads[inputs[0]] = [top, left, bottom, right]  # the convolution that follows takes it over
    return inputs[0]


def _maximum(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    size, stride = layer.pool_size[0], layer.strides[0]
    pads = [size // 2] * 4 if layer.padding == "same" else [0] * 4
    return graph.add("MaxPool", inputs, layer.name, kernel_shape=[size] * 2, strides=[stride] * 2, pads=pads)


def _enlarged(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    factors = graph.exact(f"{layer.name}_factors", np.array([1, 1, *layer.size], np.float32))
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.add("Resize", [*inputs, "", factors], layer.name, **how)


def _normalised(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    """(x - mean) / deviation, of the picture's colours."""
    shape = (1, -1, 1, 1)
    deviation = np.sqrt(np.asarray(layer.input_variance, np.float32)).reshape(shape)
    mean = graph.exact(f"{layer.name}_mean", np.asarray(layer.input_mean, np.float32).reshape(shape))
    centred = graph.add("Sub", [*inputs, mean], f"{layer.name}_centred")
    return graph.add("Div", [centred, graph.exact(f"{layer.name}_deviation", deviation)], layer.name)


def _averaged(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    return graph.add("ReduceMean", inputs, layer.name, axes=[2, 3], keepdims=0)


def _dense(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    kernel, bias = _weights(layer)
    constants = [graph.number(f"{layer.name}_kernel", kernel), graph.number(f"{layer.name}_bias", bias)]
    return _activated(graph, layer, lambda name: graph.add("Gemm", inputs + constants, name))


def _activated(graph: _Graph, layer: keras.layers.Layer, add: Callable[[str], str]) -> str:
    """A layer, added under the name that it is given, and its activation after it."""
    kind = layer.activation.__name__
    if kind == "linear":
        return add(layer.name)
    if kind not in _ACTIVATIONS:
        raise ValueError(f"{layer.name} has the activation {kind}, which this writer does not know.")
    node, how = _ACTIVATIONS[kind]
    return graph.add(node, [add(f"{layer.name}_sum")], layer.name, **how)


def _flattened(graph: _Graph, layer: keras.layers.Layer, inputs: list[str]) -> str:
    """In the order of the network, channels last."""
    turned = graph.add("Transpose", inputs, f"{layer.name}_turned", perm=[0, 2, 3, 1])
    return graph.add("Flatten", [turned], layer.name, axis=1)


def _plain(kind: str, **attributes: int) -> Callable[[_Graph, keras.layers.Layer, list[str]], str]:
    return lambda graph, layer, inputs: graph.add(kind, inputs, layer.name, **attributes)


_ACTIVATIONS: dict[str, tuple[str, dict[str, int]]] = {
    "relu": ("Relu", {}),
    "softmax": ("Softmax", {"axis": 1}),
}
_BUILDERS: dict[type, Callable[[_Graph, keras.layers.Layer, list[str]], str]] = {
    keras.layers.Conv2D: _convolution,
    keras.layers.ZeroPadding2D: _padding,
    keras.layers.MaxPooling2D: _maximum,
    keras.layers.UpSampling2D: _enlarged,
    keras.layers.Normalization: _normalised,
    keras.layers.GlobalAveragePooling2D: _averaged,
    keras.layers.Flatten: _flattened,
    keras.layers.Dense: _dense,
    keras.layers.ReLU: _plain("Relu"),
    keras.layers.Add: _plain("Add"),
    keras.layers.Concatenate: _plain("Concat", axis=1),
}
