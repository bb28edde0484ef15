"""From a network's output back to logits: a fused softmax or sigmoid is undone from its last layer.

At a probability of 1.0 the softmax has gradient zero and says nothing of the evidence; the logit does. The user's
network is never changed: the last layer's weights are used beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras


@dataclass(frozen=True, slots=True)
class LogitHead:
    """A network cut so that it ends in logits."""

    network: keras.Model  # shares the weights of the original
    activation: str  # "softmax" or "sigmoid": what turns the logits into probabilities
    exact: bool  # False when the logits had to be taken as the logarithm of the probabilities


def logit_head(network: keras.Model) -> LogitHead:
    """The network with its final softmax or sigmoid removed, sharing all weights.

    A linear last layer gives logits already and is read as softmax over more than one unit, else sigmoid. When the
    last layer cannot be undone (a nested network, a merge), logits are log p, right up to a constant.
    """
    last = network.layers[-1]
    units = network.outputs[0].shape[-1]
    natural = "sigmoid" if units == 1 else "softmax"
    if isinstance(last, keras.layers.Softmax):
        return LogitHead(keras.Model(network.inputs, last.input), "softmax", True)
    name = keras.activations.serialize(last.activation) if hasattr(last, "activation") else None
    if name not in ("softmax", "sigmoid", "linear") or last.output is not network.outputs[0]:
        return LogitHead(keras.Model(network.inputs, _logarithm(network, natural)), natural, False)
    if name == "linear":
        return LogitHead(network, natural, True)
    if isinstance(last, keras.layers.Activation):
        return LogitHead(keras.Model(network.inputs, last.input), name, True)
    if isinstance(last, keras.layers.Dense):
        return LogitHead(keras.Model(network.inputs, _Linear(last)(last.input)), name, True)
    return LogitHead(keras.Model(network.inputs, _logarithm(network, natural)), natural, False)


class _Linear(keras.layers.Layer):
    """A Dense layer without its activation, computing with that layer's own variables."""

    def __init__(self, dense: keras.layers.Dense) -> None:
        super().__init__(name=f"{dense.name}_logits", dtype=dense.dtype_policy)
        self.dense = dense

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Inputs (batch, features) times the kernel, plus the bias."""
        product = keras.ops.matmul(inputs, self.dense.kernel)
        return product if self.dense.bias is None else keras.ops.add(product, self.dense.bias)


def _logarithm(network: keras.Model, kind: str) -> keras.KerasTensor:
    probability = keras.ops.clip(network.outputs[0], 1e-7, 1 - 1e-7 if kind == "sigmoid" else 1.0)
    if kind == "sigmoid":
        return keras.ops.log(probability) - keras.ops.log(1 - probability)
    return keras.ops.log(probability)
