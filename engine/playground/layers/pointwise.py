"""Layers that keep the shape: activation, batch normalisation and dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.playground.activations import ACTIVATIONS, Activation, softmax
from engine.playground.layers.base import KerasCode, Layer, Shape, image_cell, setting
from engine.playground.normalisation import batch_normalise, dropout_mask, statistics
from engine.playground.numbers import write
from engine.playground.trace import Trace, as_image, at, trace_function


@dataclass(frozen=True, eq=False)
class Pointwise(Layer):
    """A layer whose output has the shape of its input."""

    spatial = False

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the input."""
        return shape


@dataclass(frozen=True, eq=False)
class ActivationLayer(Pointwise):
    """Puts every cell through the same curve."""

    kind = "activation"
    title = "Activation"

    function: str = setting(
        "relu", "Function", "The curve.", choices=tuple((a.name, a.title) for a in ACTIVATIONS.values())
    )
    parameter: float = setting(0.0, "Parameter", "The one number that some curves have.", step=0.05)

    @property
    def activation(self) -> Activation:
        """The entry of the table."""
        return ACTIVATIONS[self.function]

    def change(self, **values: Any) -> Layer:
        """The layer with other settings; another function brings its own default parameter."""
        new = ACTIVATIONS.get(values.get("function", self.function))
        if new and new is not self.activation and "parameter" not in values:
            values["parameter"] = new.parameter.default if new.parameter else 0.0
        return super().change(**values)

    def check(self) -> None:
        """Raise InvalidSetting for an unknown function or a parameter out of its range."""
        super().check()
        self.activation.check(self.parameter)

    def greyed(self) -> dict[str, str]:
        """Most functions have no parameter."""
        return {} if self.activation.parameter else {"parameter": f"{self.activation.title} has no parameter."}

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The curve at every cell."""
        return self.activation.value(values, self.parameter).astype(np.float32, copy=False)

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The function itself."""
        return (f"f(x) = {self.activation.formula}",)

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """f(x) = y for the cell; softmax needs all channels of it."""
        row, column, channel = image_cell(cell)
        x, y = float(values[cell]), float(result[cell])
        if self.function == "softmax":
            everything = as_image(values)[row, column]
            window = (np.array([row]), np.array([column]), np.arange(everything.size))
            largest = float(everything.max())
            total = float(np.exp(everything - largest).sum())
            assert np.isclose(softmax(everything)[channel], y, atol=1e-5)
            text = f"exp({write(x)} − {write(largest)}) / {write(total)} = {write(y)}"
            return trace_function(values, y, window, text)
        text = f"{self.activation.title}({write(x)}) = {write(y)}"
        return trace_function(values, y, at(row, column, channel), text)

    def code(self, shape: Shape) -> KerasCode:
        """The Keras layer named in the table."""
        return KerasCode(self.activation.keras.replace("{p}", repr(float(self.parameter))))


@dataclass(frozen=True, eq=False)
class BatchNormalisation(Pointwise):
    """Moves and scales each channel to a common mean and spread."""

    kind = "batch_normalisation"
    title = "Batch normalisation"

    training: bool = setting(True, "Use this input's statistics", "As in training; off: the stored mean and variance.")
    gamma: float = setting(1.0, "Gamma", "Learned scale.", minimum=-10, maximum=10, step=0.1)
    beta: float = setting(0.0, "Beta", "Learned shift.", minimum=-10, maximum=10, step=0.1)
    mean: float = setting(0.0, "Moving mean", "Stored while training.", minimum=-100, maximum=100, step=0.1)
    variance: float = setting(1.0, "Moving variance", "Stored while training.", minimum=0, maximum=1e4, step=0.1)
    epsilon: float = setting(
        1e-3, "Epsilon", "Keeps the division finite.", minimum=1e-7, maximum=1.0, step=1e-3, advanced=True
    )

    def greyed(self) -> dict[str, str]:
        """The stored statistics are not read in training."""
        reason = "Not read while this input's own statistics are used."
        return {"mean": reason, "variance": reason} if self.training else {}

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.training:
            return statistics(values)
        channels = values.shape[-1]
        return np.full(channels, self.mean), np.full(channels, self.variance)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The normalised map. Of a vector, every cell is a channel of its own, as in Keras."""
        return batch_normalise(values, self.gamma, self.beta, *self._statistics(values), self.epsilon)

    def parameters(self, shape: Shape) -> int:
        """Gamma, beta, mean and variance a channel."""
        return 4 * shape[-1]

    def multiply_adds(self, shape: Shape) -> int:
        """One a cell, since scale and shift can be worked out once."""
        return int(np.prod(shape))

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The rule."""
        return ("y = γ · (x − mean) / √(variance + ε) + β",)

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """The rule with the numbers of the cell's channel."""
        mean, variance = (float(s[cell[-1]]) for s in self._statistics(values))
        text = (
            f"{write(self.gamma)} · ({write(float(values[cell]))} − ({write(mean)})) / "
            f"√({write(variance)} + {write(self.epsilon)}) + {write(self.beta)} = {write(float(result[cell]))}"
        )
        return trace_function(values, float(result[cell]), at(*image_cell(cell)), text)

    def code(self, shape: Shape) -> KerasCode:
        """BatchNormalization, called in training mode when this input's statistics are used."""
        weights = tuple(
            f'np.full({shape[-1]}, {float(v)!r}, "float32")' for v in (self.gamma, self.beta, self.mean, self.variance)
        )
        return KerasCode(f"BatchNormalization(epsilon={self.epsilon!r})", weights, training=self.training)


@dataclass(frozen=True, eq=False)
class Dropout(Pointwise):
    """Sets random cells to zero while training and scales the others up."""

    kind = "dropout"
    title = "Dropout"

    rate: float = setting(0.5, "Rate", "Share of cells set to zero.", minimum=0.0, maximum=0.95, step=0.05)
    seed: int = setting(0, "Seed", "Another seed drops other cells.", minimum=0, maximum=9999)
    training: bool = setting(True, "Training", "Off: the input passes unchanged, as when the network is used.")

    def greyed(self) -> dict[str, str]:
        """Nothing is dropped in use."""
        reason = "Dropout does nothing outside training."
        return {} if self.training else {"rate": reason, "seed": reason}

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The thinned map."""
        return values * dropout_mask(values.shape, self.rate, self.seed) if self.training else values

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """Dropped, kept and scaled, or passed."""
        x, y = write(float(values[cell])), write(float(result[cell]))
        factor = float(dropout_mask(values.shape, self.rate, self.seed)[cell]) if self.training else 1.0
        if not self.training:
            text = f"{x} passes unchanged"
        elif factor == 0:
            text = f"{x} was dropped: 0"
        else:
            text = f"{x} / (1 − {write(self.rate)}) = {y}"
        return trace_function(values, float(result[cell]), at(*image_cell(cell)), text)

    def code(self, shape: Shape) -> KerasCode:
        """Dropout; in training its mask is written out, since Keras would draw another one."""
        layer = f"Dropout({self.rate!r}, seed={self.seed})"
        if not self.training:
            return KerasCode(layer)
        return KerasCode(
            layer,
            instead=(
                f"# keras.layers.{layer} draws a mask of its own; this is the playground's.",
                f"keep = np.random.default_rng({self.seed}).random({shape}) >= {self.rate!r}",
                f"x = keras.ops.multiply(x, (keep / np.float32(1 - {self.rate!r})))",
            ),
        )
