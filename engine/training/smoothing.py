"""Exponential smoothing of noisy curves."""

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
