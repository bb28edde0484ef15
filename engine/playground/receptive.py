"""The receptive field: which part of the stack's input an output cell depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.playground.layers import Dense, Flatten, Layer, Shape
from engine.playground.layers.pooling import Pooling


@dataclass(frozen=True, slots=True)
class Box:
    """Cells `top`..`bottom` and `left`..`right` of an input, both ends included; may reach into padding."""

    top: int
    bottom: int
    left: int
    right: int

    def clipped(self, shape: Shape) -> Box:
        """The part that lies on an input of `shape`; empty (bottom < top or right < left) when none does."""
        return Box(max(self.top, 0), min(self.bottom, shape[0] - 1), max(self.left, 0), min(self.right, shape[1] - 1))


def field_size(layers: Sequence[Layer], shapes: Sequence[Shape]) -> tuple[int, int]:
    """Height and width of the largest receptive field among the cells of the last stage, padding included.

    shapes: of the input and after each layer. For layers with a constant step this is the textbook number
    r = 1 + sum (extent - 1) * product of the strides before (Araujo, Norris & Sim, Distill 2019).
    """
    height, width = (_longest(layers, shapes, axis) for axis in (0, 1))
    return height, width


def _longest(layers: Sequence[Layer], shapes: Sequence[Shape], axis: int) -> int:
    last = shapes[-1]
    first = np.arange(last[axis] if len(last) == 3 else 1)
    low, high = _back(layers, shapes, axis, first, first)
    return int((high - low + 1).max(initial=0))


def _back(
    layers: Sequence[Layer], shapes: Sequence[Shape], axis: int, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Follow ranges of positions along one axis from the last stage to the input."""
    for layer, shape in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        low, high = layer.span(shape, axis, low, high)
    return low, high


def field_of(layers: Sequence[Layer], shapes: Sequence[Shape], cell: tuple[int, ...]) -> Box:
    """The part of the stack's input that `cell` of the last stage depends on, padding included.

    shapes: of the input and after each layer. Statistics of batch normalisation in training are not counted: strictly
    they tie every cell to every other.
    """
    depth = len(layers)
    rows: tuple[int, int]
    columns: tuple[int, int]
    while len(shapes[depth]) == 1:
        layer, shape = layers[depth - 1], shapes[depth - 1]
        depth -= 1
        if isinstance(layer, Flatten) and len(shape) == 3:
            row, column, _ = np.unravel_index(cell[0], shape)
            return _box(layers[:depth], shapes[: depth + 1], (int(row),) * 2, (int(column),) * 2)
        if isinstance(layer, (Dense, Pooling)):
            while len(shapes[depth]) == 1:
                depth -= 1
            rows, columns = (0, shapes[depth][0] - 1), (0, shapes[depth][1] - 1)
            return _box(layers[:depth], shapes[: depth + 1], rows, columns)
    return _box(layers[:depth], shapes[: depth + 1], (cell[0], cell[0]), (cell[1], cell[1]))


def _box(layers: Sequence[Layer], shapes: Sequence[Shape], rows: tuple[int, int], columns: tuple[int, int]) -> Box:
    ends = []
    for axis, (first, last) in enumerate((rows, columns)):
        low, high = _back(layers, shapes, axis, np.array([first]), np.array([last]))
        ends += [int(low[0]), int(high[0])]
    return Box(*ends)
