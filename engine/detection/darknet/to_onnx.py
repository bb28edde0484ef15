"""Write a Darknet network as ONNX, normalisation folded into the convolutions, for the fast runtimes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.detection.darknet.layers import PICTURE, Layer, Plan
from engine.detection.darknet.weights import Convolution
from engine.detection.decoders import DARKNET_KEY

OPSET = 13  # old enough for every runtime, new enough for Resize and groups
INPUT = "images"


@dataclass
class _Graph:
    """What is collected while walking through the layers."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    outputs: dict[int, str] = field(default_factory=lambda: {PICTURE: INPUT})  # tensor of each layer

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name


def write(network: Plan, weights: dict[int, Convolution], path: Path, labels: tuple[str, ...] = ()) -> None:
    """Write `path`; the anchors go into the file's metadata, so it is complete by itself.

    Input (1, 3, height, width) float32 RGB 0..1; one output (1, A * (5 + C), h, w) a [yolo] layer, before the sigmoid
    unless the cfg has `new_coords`.
    """
    graph = _Graph()
    for layer in network.layers:
        inputs = [graph.outputs[index] for index in layer.inputs]
        graph.outputs[layer.index] = BUILDERS[layer.kind](graph, layer, inputs, weights)
    shape = (1, network.channels, network.height, network.width)
    outputs = []
    for scale in network.scales:
        layer = network.layers[scale.layer]
        outputs.append(_value(graph.outputs[scale.layer], (1, layer.channels, layer.height, layer.width)))
    body = helper.make_graph(graph.nodes, "darknet", [_value(INPUT, shape)], outputs, graph.constants)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="CNN Studio"
    )
    facts = {DARKNET_KEY: json.dumps({"scales": [asdict(scale) for scale in network.scales]})}
    if labels:
        facts["names"] = json.dumps(dict(enumerate(labels)), ensure_ascii=False)
    helper.set_model_props(model, facts)
    path.write_bytes(model.SerializeToString())


def _value(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _convolutional(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    kernel, bias = weights[layer.index].folded()
    names = [graph.constant(f"{layer.name}_kernel", kernel), graph.constant(f"{layer.name}_bias", bias)]
    out = graph.add(
        "Conv", inputs + names, layer.name, kernel_shape=[layer.size] * 2, strides=[layer.stride] * 2,
        pads=[layer.pad, layer.pad, layer.pad_end, layer.pad_end], group=layer.groups,
    )  # fmt: skip
    return ACTIVATIONS[layer.activation](graph, out)


def _maxpool(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    pads = [layer.pad, layer.pad, layer.pad_end, layer.pad_end]
    return graph.add(
        "MaxPool", inputs, layer.name, kernel_shape=[layer.size] * 2, strides=[layer.stride] * 2, pads=pads
    )


def _upsample(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    factors = graph.constant(f"{layer.name}_factors", np.array([1, 1, layer.stride, layer.stride], np.float32))
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.add("Resize", [*inputs, "", factors], layer.name, **how)


def _route(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    if layer.groups > 1:
        inputs = [_share(graph, layer, name, number) for number, name in enumerate(inputs)]
    return inputs[0] if len(inputs) == 1 else graph.add("Concat", inputs, layer.name, axis=1)


def _share(graph: _Graph, layer: Layer, name: str, number: int) -> str:
    """One group of the channels. Only single inputs are grouped in practice, several are allowed."""
    part = layer.channels // len(layer.inputs)
    prefix = f"{layer.name}_share{number}"
    bounds = [
        graph.constant(f"{prefix}_{word}", np.array([value], np.int64))
        for word, value in (("start", layer.group * part), ("end", (layer.group + 1) * part), ("axis", 1))
    ]
    return graph.add("Slice", [name, *bounds], prefix)


def _shortcut(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    total = inputs[0]
    for number, other in enumerate(inputs[1:]):
        total = graph.add("Add", [total, other], f"{layer.name}_{number}")
    return ACTIVATIONS[layer.activation](graph, total)


def _passed_on(graph: _Graph, layer: Layer, inputs: list[str], weights: dict[int, Convolution]) -> str:
    return inputs[0]


def _single(kind: str, **attributes: float) -> Callable[[_Graph, str], str]:
    return lambda graph, x: graph.add(kind, [x], f"{x}_{kind.lower()}", **attributes)


def _mish(graph: _Graph, x: str) -> str:
    soft = graph.add("Softplus", [x], f"{x}_softplus")
    return graph.add("Mul", [x, graph.add("Tanh", [soft], f"{x}_tanh")], f"{x}_mish")


def _times(kind: str, **attributes: float) -> Callable[[_Graph, str], str]:
    def build(graph: _Graph, x: str) -> str:
        return graph.add("Mul", [x, graph.add(kind, [x], f"{x}_gate", **attributes)], f"{x}_out")

    return build


def _relu6(graph: _Graph, x: str) -> str:
    limits = [graph.constant(f"{x}_{word}", np.array(value, np.float32)) for word, value in (("low", 0), ("high", 6))]
    return graph.add("Clip", [x, *limits], f"{x}_relu6")


ACTIVATIONS: dict[str, Callable[[_Graph, str], str]] = {
    "linear": lambda graph, x: x,
    "leaky": _single("LeakyRelu", alpha=0.1),
    "relu": _single("Relu"),
    "relu6": _relu6,
    "mish": _mish,
    "logistic": _single("Sigmoid"),
    "swish": _times("Sigmoid"),
    "tanh": _single("Tanh"),
    "elu": _single("Elu", alpha=1.0),
    "hardsigmoid": _single("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hardswish": _times("HardSigmoid", alpha=1 / 6, beta=0.5),
}

BUILDERS: dict[str, Callable[[_Graph, Layer, list[str], dict[int, Convolution]], str]] = {
    "convolutional": _convolutional,
    "maxpool": _maxpool,
    "upsample": _upsample,
    "route": _route,
    "shortcut": _shortcut,
    "dropout": _passed_on,
    "yolo": _passed_on,
}
