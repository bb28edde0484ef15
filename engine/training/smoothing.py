"""Curves made ready to look at: smoothed, and thinned to what a screen can show."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter


def smooth(values: np.ndarray, factor: float) -> np.ndarray:
    """Moving average that keeps `factor` (0..1) of what was; unbiased from the first value on, as in TensorBoard.

    values: (n,) float. The smoothed value at i is sum_j f^(i-j) v_j / sum_j f^(i-j); factor 0 changes nothing.
    """
    if factor <= 0 or not len(values):
        return values
    kept = lfilter([1 - factor], [1, -factor], values.astype(np.float64))
    return kept / (1 - factor ** np.arange(1, len(values) + 1))


def thin(x: np.ndarray, y: np.ndarray, left: float, right: float, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """The part of a curve between `left` and `right`, at most two points a bin: its lowest and its highest.

    x: (n,) ascending. One point beyond each end stays, so that the line leaves the picture as it should. Curves with
    few points are only cut; NaN values count as absent.
    """
    first = max(int(np.searchsorted(x, left)) - 1, 0)
    last = min(int(np.searchsorted(x, right, side="right")) + 1, len(x))
    x, y = x[first:last], y[first:last]
    if len(x) <= 2 * bins:
        return x, y
    starts = np.linspace(0, len(x), bins + 1).astype(int)[:-1]
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.stack([low, high], axis=1).ravel()
