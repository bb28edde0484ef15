"""From a network's output back to logits: a fused softmax or sigmoid is undone from its last layer.

At a probability of 1.0 the softmax has gradient zero and says nothing of the evidence; the logit does. The user's
network is never changed: the last layer's weights are used beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from engine.models.opening import Opened, Step, open_network


@dataclass(frozen=True, slots=True)
class LogitHead:
    """A network cut so that it ends in logits."""

    network: keras.Model  # shares the weights of the original
    activation: str  # "softmax" or "sigmoid": what turns the logits into probabilities
    exact: bool  # False when the logits had to be taken as the logarithm of the probabilities


@dataclass(frozen=True, slots=True)
class Undone:
    """One output of a network turned back into logits."""

    logits: Any  # KerasTensor
    activation: str  # "softmax" or "sigmoid": what turns the logits into probabilities
    exact: bool  # False when the logits had to be taken as the logarithm of the probabilities


def logit_head(network: keras.Model) -> LogitHead:
    """The network with its final softmax or sigmoid removed, sharing all weights; also when the last layer is itself
    a network.

    A linear last layer gives logits already and is read as softmax over more than one unit, else sigmoid. When the
    last layer cannot be undone (a merge, an unknown activation), logits are log p, right up to a constant.
    """
    opened = open_network(network)
    undone = undo(opened, opened.outputs[0])
    return LogitHead(opened.model(undone.logits), undone.activation, undone.exact)


def undo(opened: Opened, output: Any) -> Undone:
    """The logits behind one of the outputs of an opened network."""
    natural = "sigmoid" if output.shape[-1] == 1 else "softmax"
    last = head_step(opened, output)
    name = None if last is None or last.before is None else activation_name(last.layer)
    if last is None or name is None:
        return Undone(_logarithm(output, natural), natural, False)
    if name == "linear":
        return Undone(output, natural, True)
    if isinstance(last.layer, (keras.layers.Softmax, keras.layers.Activation)):
        return Undone(last.before, name, True)
    if isinstance(last.layer, keras.layers.Dense):
        return Undone(_Linear(last.layer)(last.before), name, True)
    return Undone(_logarithm(output, natural), natural, False)  # such as a convolution with its own softmax


def head_step(opened: Opened, output: Any) -> Step | None:
    """The call that made an output; None when it came from no single layer."""
    return next((step for step in reversed(opened.steps) if step.after is output), None)


def activation_name(layer: keras.layers.Layer) -> str | None:
    """ "softmax", "sigmoid", "linear", or None for a layer whose activation we cannot undo."""
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    name = keras.activations.serialize(layer.activation) if hasattr(layer, "activation") else None
    return name if name in ("softmax", "sigmoid", "linear") else None


class _Linear(keras.layers.Layer):
    """A Dense layer without its activation, computing with that layer's own variables."""

    def __init__(self, dense: keras.layers.Dense) -> None:
        super().__init__(name=f"{dense.name}_logits", dtype=dense.dtype_policy)
        self.dense = dense

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Inputs (batch, features) times the kernel, plus the bias."""
        product = keras.ops.matmul(inputs, self.dense.kernel)
        return product if self.dense.bias is None else keras.ops.add(product, self.dense.bias)


def _logarithm(output: keras.KerasTensor, kind: str) -> keras.KerasTensor:
    probability = keras.ops.clip(output, 1e-7, 1 - 1e-7 if kind == "sigmoid" else 1.0)
    if kind == "sigmoid":
        return keras.ops.log(probability) - keras.ops.log(1 - probability)
    # What does not add up to one is no probability: such a network ends in logits already.
    total = keras.ops.sum(output, axis=-1, keepdims=True)
    proper = keras.ops.logical_and(
        keras.ops.all(output >= 0, axis=-1, keepdims=True), keras.ops.abs(total - 1.0) < 0.01
    )
    return keras.ops.where(proper, keras.ops.log(probability), output)
