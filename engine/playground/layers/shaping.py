"""Layers that change the form of a map: up-sampling, flatten and dense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InvalidSetting
from engine.playground.layers.base import KerasCode, Layer, Shape, frozen, literal, setting
from engine.playground.numbers import write
from engine.playground.trace import Trace, at, trace_function, trace_sum
from engine.playground.upsampling import neighbours, upsample

MOST_WEIGHTS = 20_000_000  # 80 MB of float32


@dataclass(frozen=True, eq=False)
class UpSampling(Layer):
    """Enlarges a map without any weights."""

    kind = "up_sampling"
    title = "Up-sampling"

    factor: int = setting(2, "Factor", "How many times larger each side becomes.", minimum=1, maximum=8)
    interpolation: str = setting(
        "nearest", "Interpolation", "Repeat the nearest cell, or mix the two nearest along each axis.",
        choices=(("nearest", "nearest"), ("bilinear", "bilinear")),
    )  # fmt: skip

    def output_shape(self, shape: Shape) -> Shape:
        """(H * factor, W * factor, C)."""
        height, width, channels = self.need_image(shape)
        return height * self.factor, width * self.factor, channels

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The enlarged map."""
        self.need_image(values.shape)
        return upsample(values, self.factor, self.interpolation)

    def span(self, shape: Shape, axis: int, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last input position that outputs mix."""
        if self.interpolation == "nearest":
            return first // self.factor, last // self.factor
        low = (2 * first + 1 - self.factor) // (2 * self.factor)
        high = -((self.factor - 2 * last - 1) // (2 * self.factor))
        return low, high

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The output size worked out."""
        return tuple(
            f"{side} = {size} · {self.factor} = {size * self.factor}"
            for side, size in zip(("height", "width"), shape[:2], strict=True)
        )

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """The cell that is repeated, or the cells that are mixed with their shares."""
        value = float(result[cell])
        if self.interpolation == "nearest":
            row, column = cell[0] // self.factor, cell[1] // self.factor
            return trace_function(
                values, value, at(row, column, cell[2]), f"copy of row {row}, column {column}: {write(value)}"
            )
        rows, row_shares = self._mixed(values.shape[0], cell[0])
        columns, column_shares = self._mixed(values.shape[1], cell[1])
        window = (rows, columns, np.array([cell[2]]))
        return trace_sum(values, value, window, np.outer(row_shares, column_shares)[:, :, None])

    def _mixed(self, size: int, index: int) -> tuple[np.ndarray, np.ndarray]:
        low, high, share = (part[index] for part in neighbours(size, self.factor))
        if low == high or share == 0:
            return np.array([low]), np.array([1.0])
        return np.array([low, high]), np.array([1 - share, share], np.float64)

    def code(self, shape: Shape) -> KerasCode:
        """UpSampling2D."""
        return KerasCode(f'UpSampling2D({self.factor}, interpolation="{self.interpolation}")')


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Writes all cells in one row: row by row, column by column, channel by channel."""

    kind = "flatten"
    title = "Flatten"
    spatial = False

    def output_shape(self, shape: Shape) -> Shape:
        """(H * W * C,)."""
        return (int(np.prod(shape)),)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The same numbers in one row."""
        return values.reshape(-1)

    def span(self, shape: Shape, axis: int, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All positions: a range of a flattened map has no rows and columns of its own."""
        if len(shape) == 1:
            return first, last
        return np.zeros_like(first), np.full_like(last, shape[axis] - 1)

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The length worked out."""
        return (f"length = {' · '.join(map(str, shape))} = {int(np.prod(shape))}",)

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """Where the number stood before."""
        value = float(result[cell])
        if values.ndim == 1:
            return trace_function(values, value, at(0, 0, cell[0]), f"copy of number {cell[0]}: {write(value)}")
        row, column, channel = (int(i) for i in np.unravel_index(cell[0], values.shape))
        text = f"copy of row {row}, column {column}, channel {channel}: {write(value)}"
        return trace_function(values, value, at(row, column, channel), text)

    def code(self, shape: Shape) -> KerasCode:
        """Flatten."""
        return KerasCode("Flatten()")


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """Every output is a weighted sum of all inputs.

    weights: (N, units) float32 once edited; None draws them from `seed` for whatever length comes in.
    """

    kind = "dense"
    title = "Dense"
    spatial = False

    weights: np.ndarray | None = None
    units: int = setting(4, "Units", "How many weighted sums.", minimum=1, maximum=256)
    bias: float = setting(0.0, "Bias", "Added to every sum.", minimum=-1e6, maximum=1e6, step=0.1)
    seed: int = setting(0, "Seed", "Another seed draws other weights; edited weights stay.", minimum=0, maximum=9999)

    def greyed(self) -> dict[str, str]:
        """Edited weights no longer come from the seed."""
        return {} if self.weights is None else {"seed": "The weights were edited, so they are not drawn."}

    def change(self, **values: Any) -> Layer:
        """The layer with other settings; edited weights are dropped when the number of units changes."""
        if values.get("weights") is not None:
            values["weights"] = frozen(values["weights"])
            values["units"] = values["weights"].shape[1]
        elif values.get("units", self.units) != self.units:
            values["weights"] = None
        return super().change(**values)

    def _length(self, shape: Shape) -> int:
        if len(shape) != 1:
            raise InvalidSetting(
                f"A vector is needed, but the input is {shape[0]} × {shape[1]} × {shape[2]}.",
                "Put Flatten or global pooling before it.",
            )
        if shape[0] * self.units > MOST_WEIGHTS:
            raise InvalidSetting(
                f"{shape[0]} inputs and {self.units} units make {shape[0] * self.units} weights.",
                f"At most {MOST_WEIGHTS} are allowed here; pool the map first.",
            )
        if self.weights is not None and self.weights.shape != (shape[0], self.units):
            raise InvalidSetting(
                f"The edited weights are for {self.weights.shape[0]} inputs, but {shape[0]} come in.",
                "Restore the input, or draw new weights.",
            )
        return shape[0]

    def matrix(self, length: int) -> np.ndarray:
        """The weights (length, units) in use; drawn ones are Glorot uniform (Glorot & Bengio 2010)."""
        if self.weights is not None:
            return self.weights
        limit = np.sqrt(6 / (length + self.units))
        return np.random.default_rng(self.seed).uniform(-limit, limit, (length, self.units)).astype(np.float32)

    def output_shape(self, shape: Shape) -> Shape:
        """(units,)."""
        self._length(shape)
        return (self.units,)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The weighted sums."""
        return values @ self.matrix(self._length(values.shape)) + np.float32(self.bias)

    def parameters(self, shape: Shape) -> int:
        """Weights and one bias a unit."""
        return (self._length(shape) + 1) * self.units

    def multiply_adds(self, shape: Shape) -> int:
        """Every input meets every unit."""
        return self._length(shape) * self.units

    def span(self, shape: Shape, axis: int, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Everything."""
        return np.zeros_like(first), np.full_like(last, shape[0] - 1)

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """All inputs with the weights of the unit."""
        weights = self.matrix(values.size)[:, cell[0]].reshape(1, 1, -1)
        window = (np.array([0]), np.array([0]), np.arange(values.size))
        return trace_sum(values, float(result[cell]), window, weights, self.bias)

    def code(self, shape: Shape) -> KerasCode:
        """Dense with its weights written out, or drawn by the same generator."""
        length = self._length(shape)
        if self.weights is None:
            limit = f"np.sqrt(6 / {length + self.units})"
            draw = f"np.random.default_rng({self.seed}).uniform(-{limit}, {limit}, ({length}, {self.units}))"
            weights = f'{draw}.astype("float32")'
        else:
            weights = literal(self.weights)
        return KerasCode(f"Dense({self.units})", (weights, f'np.full({self.units}, {self.bias!r}, "float32")'))
