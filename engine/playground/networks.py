"""Layers of a real network as layers of the playground, so that their cells can be taken apart the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.playground.activations import ACTIVATIONS
from engine.playground.layers import ActivationLayer, Convolution, Dense, Layer, Pooling
from engine.playground.numbers import write
from engine.playground.trace import Trace, at, trace_function

# Keras names of the activations that a layer can have built in.
_BUILT_IN = {"silu": "silu", "swish": "silu", "hard_silu": "hard_swish"}


@dataclass(frozen=True, slots=True)
class RealCell:
    """One output cell of a real layer."""

    trace: Trace  # before the activation that is built into the layer, if it has one
    after: str  # what that activation does to it, or ""


def trace_real(layer: Any, before: np.ndarray | None, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    """How `after[cell]` of a Keras layer came out of `before`; None for kinds that are not worked out.

    layer: a keras layer, recognised by its class name and read through its public attributes, so that nothing here
    imports TensorFlow. Weighted sums are worked out again in float64 from the weights.
    """
    explain = _KINDS.get(type(layer).__name__)
    if before is None or explain is None:
        return None
    return explain(layer, before, after, cell)


def kernel_of(layer: Any, index: int) -> np.ndarray | None:
    """The kernel slices (kh, kw, C) that make output map `index` of a convolution; None for other layers."""
    if _grouped(layer):
        return None
    if type(layer).__name__ == "Conv2D":
        return np.asarray(layer.kernel)[..., index]
    if type(layer).__name__ == "DepthwiseConv2D":
        kernel = np.asarray(layer.kernel)
        return kernel[:, :, index // kernel.shape[3], index % kernel.shape[3]][:, :, None]
    return None


def _grouped(layer: Any) -> bool:
    return getattr(layer, "groups", 1) != 1


def _same_in_both(values: Any) -> int | None:
    """A setting for height and width as one number, or None where they differ."""
    first, second = tuple(values)
    return int(first) if first == second else None


def _convolution(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    stride, dilation = _same_in_both(layer.strides), _same_in_both(layer.dilation_rate)
    if stride is None or dilation is None or _grouped(layer) or layer.padding not in ("valid", "same"):
        return None
    index = cell[2]
    bias = float(np.asarray(layer.bias)[index]) if layer.use_bias else 0.0
    kernel = kernel_of(layer, index)
    assert kernel is not None
    depthwise = type(layer).__name__ == "DepthwiseConv2D"
    channel = index // np.asarray(layer.kernel).shape[3] if depthwise else 0
    source = before[:, :, channel : channel + 1] if depthwise else before
    ours = Convolution(kernel[..., None], bias, stride, layer.padding, dilation)
    trace = _summed(ours, source, cell)
    if depthwise:
        trace = replace(trace, channels=np.array([channel]))
    return RealCell(trace, _built_in(layer, trace.value))


def _summed(ours: Layer, source: np.ndarray, cell: tuple[int, ...]) -> Trace:
    """The trace of a layer with one filter; its value is the sum itself, before any built-in activation."""
    shape = ours.output_shape(source.shape)
    trace = ours.trace(source, np.broadcast_to(np.float32(0), shape), (*cell[:-1], 0))
    return replace(trace, value=float(trace.products.sum() + trace.bias))


def _dense(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    if before.ndim != 1:
        return None
    bias = float(np.asarray(layer.bias)[cell[0]]) if layer.use_bias else 0.0
    ours = Dense(np.asarray(layer.kernel)[:, cell[0] : cell[0] + 1], 1, bias)
    trace = _summed(ours, before, cell)
    return RealCell(trace, _built_in(layer, trace.value))


def _built_in(layer: Any, value: float) -> str:
    name = getattr(layer.activation, "__name__", "")
    activation = ACTIVATIONS.get(_BUILT_IN.get(name, name))
    if name == "linear":
        return ""
    if activation is None or name == "softmax":  # softmax needs the other units
        return f"then {name or 'an activation'}"
    parameter = activation.parameter.default if activation.parameter else 0.0
    result = float(activation.value(np.array([value], np.float32), parameter)[0])
    return f"then {activation.title}: {write(result)}"


def _pooling(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    size, stride = _same_in_both(layer.pool_size), _same_in_both(layer.strides)
    if size is None or stride is None:
        return None
    operation = "max" if type(layer).__name__.startswith("Max") else "average"
    return RealCell(Pooling(operation, size, stride, layer.padding).trace(before, after, cell), "")


def _global_pooling(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    operation = "global_max" if "Max" in type(layer).__name__ else "global_average"
    flat = after.reshape(-1)
    return RealCell(Pooling(operation).trace(before, flat, (cell[-1],)), "")


def _relu(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    x, y = float(before[cell]), float(after[cell])
    limit = "" if layer.max_value is None else f", at most {write(float(layer.max_value))}"
    place = cell if len(cell) == 3 else (0, 0, cell[0])
    return RealCell(trace_function(before, y, at(*place), f"ReLU({write(x)}){limit} = {write(y)}"), "")


def _activation(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    name = getattr(layer.activation, "__name__", "")
    activation = ACTIVATIONS.get(_BUILT_IN.get(name, name))
    if activation is None:
        return None
    parameter = activation.parameter.default if activation.parameter else 0.0
    return RealCell(ActivationLayer(activation.name, parameter).trace(before, after, cell), "")


def _batch_normalisation(layer: Any, before: np.ndarray, after: np.ndarray, cell: tuple[int, ...]) -> RealCell | None:
    def of(values: Any, default: float) -> float:
        return default if values is None else float(np.asarray(values)[cell[-1]])

    x, y = float(before[cell]), float(after[cell])
    text = (
        f"{write(of(layer.gamma, 1))} · ({write(x)} − ({write(of(layer.moving_mean, 0))})) / "
        f"√({write(of(layer.moving_variance, 1))} + {write(layer.epsilon)}) + {write(of(layer.beta, 0))} = {write(y)}"
    )
    place = cell if len(cell) == 3 else (0, 0, cell[0])
    return RealCell(trace_function(before, y, at(*place), text), "")


_KINDS: dict[str, Callable[[Any, np.ndarray, np.ndarray, tuple[int, ...]], RealCell | None]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _convolution,
    "Dense": _dense,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalMaxPooling2D": _global_pooling,
    "GlobalAveragePooling2D": _global_pooling,
    "ReLU": _relu,
    "Activation": _activation,
    "BatchNormalization": _batch_normalisation,
}
