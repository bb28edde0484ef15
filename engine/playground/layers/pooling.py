"""Pooling as a layer: maximum or mean, of windows or of the whole map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.playground.geometry import Axis, lay
from engine.playground.layers.base import KerasCode, Layer, Shape, setting
from engine.playground.pooling import average_pool, max_pool
from engine.playground.trace import Trace, trace_max, trace_mean

_OPERATIONS = (
    ("max", "maximum"),
    ("average", "average"),
    ("global_max", "global maximum"),
    ("global_average", "global average"),
)
_PADDING = (("valid", "valid: no padding"), ("same", "same: pad, not counted"))


@dataclass(frozen=True, eq=False)
class Pooling(Layer):
    """Keeps one number per window and channel."""

    kind = "pooling"
    title = "Pooling"

    operation: str = setting("max", "Keep", "Which number of the window is kept.", choices=_OPERATIONS)
    size: int = setting(2, "Window", "Side of the window in cells.", minimum=1, maximum=32)
    stride: int = setting(2, "Stride", "Cells the window moves from one output to the next.", minimum=1, maximum=32)
    padding: str = setting("valid", "Padding", "What happens where the window leaves the input.", choices=_PADDING)

    @property
    def whole(self) -> bool:
        """Whether one window covers the whole map, which leaves a vector."""
        return self.operation.startswith("global")

    def greyed(self) -> dict[str, str]:
        """A global pooling has no window to set."""
        reason = "Global pooling takes the whole map as its window."
        return dict.fromkeys(("size", "stride", "padding"), reason) if self.whole else {}

    def windows(self, shape: Shape) -> tuple[Axis, Axis]:
        """How windows lie along height and width."""
        height, width, _ = self.need_image(shape)
        if self.whole:
            return lay(height, height), lay(width, width)
        return lay(height, self.size, self.stride, 1, self.padding), lay(width, self.size, self.stride, 1, self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        """(H', W', C), or (C,) when global."""
        rows, columns = self.windows(shape)
        return (shape[2],) if self.whole else (rows.output, columns.output, shape[2])

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The kept numbers."""
        self.need_image(values.shape)
        if self.operation == "global_max":
            return values.max(axis=(0, 1))
        if self.operation == "global_average":
            return values.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
        pool = max_pool if self.operation == "max" else average_pool
        return pool(values, self.size, self.stride, self.padding)

    def span(self, shape: Shape, axis: int, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last input position that outputs depend on: all of them when global."""
        if self.whole:
            return np.zeros_like(first), np.full_like(last, shape[axis] - 1)
        return super().span(shape, axis, first, last)

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The output size worked out."""
        return (f"one number per channel = {shape[2]}",) if self.whole else super().formulas(shape)

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """The window and its winner or mean."""
        rows, columns = self.windows(values.shape)
        row, column = (0, 0) if self.whole else cell[:2]
        window = (rows.taps(row), columns.taps(column), np.array([cell[-1]]))
        explain = trace_max if "max" in self.operation else trace_mean
        return explain(values, float(result[cell]), window)

    def code(self, shape: Shape) -> KerasCode:
        """One of the four pooling layers."""
        name = "".join(word.title() for word in self.operation.split("_")) + "Pooling2D"
        if self.whole:
            return KerasCode(f"{name}()")
        return KerasCode(f'{name}({self.size}, strides={self.stride}, padding="{self.padding}")')
