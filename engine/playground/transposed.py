"""Transposed convolution: every input cell stamps the kernel, scaled by its value, onto the output."""

from __future__ import annotations

import numpy as np

from engine.errors import InvalidSetting
from engine.playground.geometry import lay_transposed


def convolve_transposed(
    image: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | float = 0.0,
    stride: int = 1,
    padding: str = "valid",
) -> np.ndarray:
    """Stamp and add.

    image: (H, W, C) float32. kernel: (kh, kw, F, C) float32, the order of Keras. bias: a number or (F,). Returns
    (H', W', F) float32, equal to keras.layers.Conv2DTranspose: H' = H * stride for "same" and
    (H - 1) * stride + max(kh, stride) for "valid". Raises InvalidSetting when kernel and image do not fit.
    """
    if image.ndim != 3 or kernel.ndim != 4 or image.shape[2] != kernel.shape[3]:
        raise InvalidSetting(
            f"A kernel of shape {kernel.shape} does not fit an image of shape {image.shape}.",
            "Expected (height, width, filters, channels) and (height, width, channels).",
        )
    rows = lay_transposed(image.shape[0], kernel.shape[0], stride, padding)
    columns = lay_transposed(image.shape[1], kernel.shape[1], stride, padding)
    height, width, filters = image.shape[0], image.shape[1], kernel.shape[2]
    stamped = np.zeros(
        (
            max((height - 1) * stride + kernel.shape[0], rows.crop + rows.output),
            max((width - 1) * stride + kernel.shape[1], columns.crop + columns.output),
            filters,
        ),
        np.float32,
    )
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            target = stamped[i : i + (height - 1) * stride + 1 : stride, j : j + (width - 1) * stride + 1 : stride]
            target += image @ kernel[i, j].T.astype(np.float32)
    result = stamped[rows.crop : rows.crop + rows.output, columns.crop : columns.crop + columns.output]
    return np.ascontiguousarray(result) + np.asarray(bias, np.float32)
