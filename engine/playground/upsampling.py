"""Up-sampling: enlarge a feature map by repeating or interpolating cells."""

from __future__ import annotations

import numpy as np

from engine.errors import InvalidSetting


def upsample(image: np.ndarray, factor: int, interpolation: str = "nearest") -> np.ndarray:
    """Enlarge both sides `factor` times.

    image: (H, W, C) float32. interpolation: "nearest" or "bilinear" (cell centres, edges repeated). Returns
    (H * factor, W * factor, C) float32, equal to keras.layers.UpSampling2D. Raises InvalidSetting for others.
    """
    if factor < 1:
        raise InvalidSetting(f"The factor is {factor}.", "It must be 1 or more.")
    if interpolation == "nearest":
        return image.repeat(factor, axis=0).repeat(factor, axis=1)
    if interpolation == "bilinear":
        return _stretch(_stretch(image, 0, factor), 1, factor)
    raise InvalidSetting(f"The interpolation is “{interpolation}”.", "It is either nearest or bilinear.")


def neighbours(size: int, factor: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The two input cells that each output cell mixes, and the share of the second: three arrays (size * factor,)."""
    centre = (np.arange(size * factor) + 0.5) / factor - 0.5
    low = np.floor(centre).astype(int)
    share = (centre - low).astype(np.float32)
    return np.clip(low, 0, size - 1), np.clip(low + 1, 0, size - 1), share


def _stretch(image: np.ndarray, axis: int, factor: int) -> np.ndarray:
    low, high, share = neighbours(image.shape[axis], factor)
    share = share.reshape([-1 if a == axis else 1 for a in range(image.ndim)])
    near = image.take(low, axis)
    return near + (image.take(high, axis) - near) * share
