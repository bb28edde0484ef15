"""What is drawn over the maps for one cell: its window with padding and winner, its receptive field, unused edges."""

from __future__ import annotations

import numpy as np

from engine.playground.geometry import Axis
from engine.playground.layers import Layer, Shape
from engine.playground.receptive import Box
from engine.playground.trace import Trace
from gui.playground.map_view import Mark

_MOST_PADDING = 121  # cells outside the map that are drawn one by one


def window_marks(trace: Trace) -> list[Mark]:
    """The window of a cell on its input: one frame, or one a tap when dilated; padding cells by themselves, dashed."""
    rows, columns = trace.rows, trace.columns
    if rows.size == 0 or columns.size == 0:
        return []
    if _spread(rows) or _spread(columns):
        marks = [Mark(r, c, r, c) for r in rows.tolist() for c in columns.tolist()]
    else:
        marks = _inner_frame(trace) + _padding(trace)
    if trace.winner is not None:
        row, column = int(rows[trace.winner[0]]), int(columns[trace.winner[1]])
        marks.append(Mark(row, column, row, column, "winner"))
    return marks


def _inner_frame(trace: Trace) -> list[Mark]:
    inner_rows, inner_columns = trace.rows[trace.inside.any(axis=1)], trace.columns[trace.inside.any(axis=0)]
    if inner_rows.size == 0 or inner_columns.size == 0:
        return []
    return [Mark(int(inner_rows[0]), int(inner_columns[0]), int(inner_rows[-1]), int(inner_columns[-1]))]


def _padding(trace: Trace) -> list[Mark]:
    outside = np.argwhere(~trace.inside)[:_MOST_PADDING]
    places = [(int(trace.rows[i]), int(trace.columns[j])) for i, j in outside]
    return [Mark(row, column, row, column) for row, column in places]


def _spread(positions: np.ndarray) -> bool:
    return positions.size > 1 and int(positions[1] - positions[0]) > 1


def field_marks(box: Box, shape: Shape) -> list[Mark]:
    """A receptive field on the stack's input."""
    box = box.clipped(shape)
    if box.bottom < box.top or box.right < box.left:
        return []
    return [Mark(box.top, box.left, box.bottom, box.right, "field")]


def unused_marks(layer: Layer, shape: Shape) -> list[Mark]:
    """Cells at the far edges that no window of the layer reaches."""
    windows = layer.windows(shape)
    rows, columns = windows or (None, None)
    if not isinstance(rows, Axis) or not isinstance(columns, Axis):
        return []
    height, width = shape[0], shape[1]
    below, beside = rows.unused, columns.unused
    marks = []
    if below:
        marks.append(Mark(height - below, 0, height - 1, width - 1, "unused"))
    if beside:
        marks.append(Mark(0, width - beside, height - 1 - below, width - 1, "unused"))
    return marks


def padding_margin(layer: Layer, shape: Shape) -> int:
    """Cells of room a view needs around a small input so that padding can be drawn."""
    windows = layer.windows(shape)
    if windows is None or max(shape[:2]) > 32:
        return 0
    return max((max(axis.before, axis.after) for axis in windows if isinstance(axis, Axis)), default=0)
