"""The arithmetic of one output cell: which inputs made it, with which weights, and how."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.playground.numbers import WrittenSum, from_decimal, to_decimal, write, write_sum


@dataclass(frozen=True, slots=True)
class Trace:
    """One output cell taken apart.

    The window arrays are (n_rows, n_columns, n_channels); `rows` and `columns` say where the window lies on the input
    and may point outside it, where `inside` is False and the value 0. A vector counts as one row and one column.
    """

    operation: str  # "sum", "max", "mean" or "function"
    value: float  # the output cell
    rows: np.ndarray  # (n_rows,) int
    columns: np.ndarray  # (n_columns,) int
    channels: np.ndarray  # (n_channels,) int, input channels that take part
    inside: np.ndarray  # (n_rows, n_columns) bool
    values: np.ndarray  # float64
    weights: np.ndarray | None = None  # float64; None where the layer has none
    bias: float = 0.0
    winner: tuple[int, int, int] | None = None  # position of the maximum in the window
    text: str = ""  # the calculation in words and numbers, for operations that are not a sum
    notes: tuple[str, ...] = field(default=())

    @property
    def products(self) -> np.ndarray:
        """values * weights, the same shape; the values themselves where there are no weights."""
        return self.values if self.weights is None else self.values * self.weights

    def written(self) -> WrittenSum:
        """Products, bias and value of a weighted sum, rounded so that they add up as written."""
        return write_sum(self.products.ravel(), self.bias, self.value)

    def largest(self, count: int) -> np.ndarray:
        """Flat positions of the `count` products of largest magnitude, largest first."""
        sizes = np.abs(self.products).ravel()
        count = min(count, sizes.size)
        top = np.argpartition(-sizes, count - 1)[:count] if count else np.empty(0, int)
        return top[np.argsort(-sizes[top], kind="stable")]

    def contributions(self, count: int) -> tuple[np.ndarray, WrittenSum]:
        """The largest products of a long sum and, as the last part, what all others add up to.

        Returns the flat positions of the largest, and parts, bias and value that add up as written.
        """
        top, products = self.largest(count), self.products.ravel()
        parts = products[top]
        if top.size < products.size:
            parts = np.append(parts, products.sum() - parts.sum())
        return top, write_sum(parts, self.bias, self.value)

    def channel_sums(self) -> tuple[str, ...]:
        """What each input channel adds: the written products of its window, added up."""
        parts = np.array([to_decimal(part) for part in self.written().parts]).reshape(self.values.shape)
        return tuple(from_decimal(total) for total in parts.sum(axis=(0, 1)))

    def sentence(self) -> str:
        """The whole calculation in one line, such as `sum + bias = value`."""
        if self.operation != "sum":
            return self.text
        written = self.written()
        return f"{written.subtotal} + {_signed(written.bias)} = {written.value}"


def gather(
    source: np.ndarray, rows: np.ndarray, columns: np.ndarray, channels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Input values float64 (rows, columns, channels) of a window, 0 on padding, and where it lies inside (bool)."""
    image = as_image(source)
    in_rows = (rows >= 0) & (rows < image.shape[0])
    in_columns = (columns >= 0) & (columns < image.shape[1])
    inside = np.logical_and.outer(in_rows, in_columns)
    picked = image[
        np.ix_(np.clip(rows, 0, image.shape[0] - 1), np.clip(columns, 0, image.shape[1] - 1), channels)
    ].astype(np.float64)
    return np.where(inside[:, :, None], picked, 0.0), inside


def as_image(values: np.ndarray) -> np.ndarray:
    """A vector (N,) seen as an image (1, 1, N); an image as it is."""
    return values.reshape(1, 1, -1) if values.ndim == 1 else values


def trace_sum(
    source: np.ndarray,
    value: float,
    window: tuple[np.ndarray, np.ndarray, np.ndarray],
    weights: np.ndarray,
    bias: float = 0.0,
    notes: tuple[str, ...] = (),
) -> Trace:
    """A weighted sum over a window (rows, columns, channels) of the source."""
    values, inside = gather(source, *window)
    return Trace("sum", value, *window, inside, values, weights.astype(np.float64), bias, notes=notes)


def trace_max(source: np.ndarray, value: float, window: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Trace:
    """A maximum over a window; padding never wins."""
    values, inside = gather(source, *window)
    masked = np.where(inside[:, :, None], values, -np.inf)
    row, column, channel = np.unravel_index(int(np.argmax(masked)), masked.shape)
    text = f"max({_listed(values[inside])}) = {write(value)}"
    winner = (int(row), int(column), int(channel))
    return Trace("max", value, *window, inside, values, winner=winner, text=text)


def trace_mean(source: np.ndarray, value: float, window: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Trace:
    """A mean over the cells of a window that lie on the source."""
    values, inside = gather(source, *window)
    count = int(inside.sum())
    total = write_sum(values[inside].ravel(), 0.0, float(values[inside].sum())).value
    text = f"({_listed(values[inside], ' + ')}) / {count} = {total} / {count} = {write(value)}"
    notes = ("Padding is not counted.",) if count < inside.size else ()
    return Trace("mean", value, *window, inside, values, text=text, notes=notes)


def trace_function(
    source: np.ndarray, value: float, window: tuple[np.ndarray, np.ndarray, np.ndarray], text: str
) -> Trace:
    """One input cell (or, for softmax, the channels of a cell) put through a function."""
    values, inside = gather(source, *window)
    return Trace("function", value, *window, inside, values, text=text)


def at(row: int, column: int, channel: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The window that is a single cell."""
    return np.array([row]), np.array([column]), np.array([channel])


def _listed(values: np.ndarray, separator: str = ", ", most: int = 12) -> str:
    flat = values.ravel()
    shown = separator.join(write(v) for v in flat[:most])
    return shown if flat.size <= most else f"{shown}{separator}… {flat.size - most} more"


def _signed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number
