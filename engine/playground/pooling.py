"""Pooling: shrink a feature map by keeping one number per window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.playground.geometry import Axis, lay


def max_pool(image: np.ndarray, size: int, stride: int | None = None, padding: str = "valid") -> np.ndarray:
    """Maximum of each `size` x `size` window; padding never wins.

    image: (H, W, C) float32. stride: step between windows, `size` if None. Returns (H', W', C) float32, equal to
    keras.layers.MaxPooling2D. Raises InvalidSetting when a "valid" window is larger than the image.
    """
    return _pool(image, size, stride or size, padding, np.maximum, -np.inf)


def average_pool(image: np.ndarray, size: int, stride: int | None = None, padding: str = "valid") -> np.ndarray:
    """Mean of each `size` x `size` window over the cells that lie on the image; padding is not counted.

    Arguments, result and errors as `max_pool`; equal to keras.layers.AveragePooling2D.
    """
    stride = stride or size
    counts = np.outer(*(covered(lay(n, size, stride, 1, padding)) for n in image.shape[:2]))
    return _pool(image, size, stride, padding, np.add, 0.0) / counts[:, :, None].astype(np.float32)


def covered(axis: Axis) -> np.ndarray:
    """How many taps of each window (output,) lie on the input rather than on padding."""
    starts = np.arange(axis.output) * axis.stride - axis.before
    return np.minimum(starts + axis.kernel, axis.size) - np.maximum(starts, 0)


def _pool(
    image: np.ndarray, size: int, stride: int, padding: str, combine: Callable[..., np.ndarray], neutral: float
) -> np.ndarray:
    """Rows first, then columns: 2 * size passes instead of size * size."""
    rows, columns = (lay(n, size, stride, 1, padding) for n in image.shape[:2])
    tall = np.moveaxis(_reduce(image, rows, combine, neutral), 1, 0)
    wide = _reduce(np.ascontiguousarray(tall), columns, combine, neutral)
    return np.ascontiguousarray(np.moveaxis(wide, 0, 1))


def _reduce(values: np.ndarray, axis: Axis, combine: Callable[..., np.ndarray], neutral: float) -> np.ndarray:
    """Combine the taps of each window along the first axis."""
    if axis.before or axis.after:
        widths = [(axis.before, axis.after)] + [(0, 0)] * (values.ndim - 1)
        values = np.pad(values, widths, constant_values=neutral)
    reach = (axis.output - 1) * axis.stride + 1
    result = values[: reach : axis.stride].astype(np.float32)
    for tap in range(1, axis.kernel):
        combine(result, values[tap : tap + reach : axis.stride], out=result)
    return result
