"""What stands for "nothing there" in the input of a network."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.errors import InvalidSetting
from engine.models.cards import Preprocessing
from engine.models.preprocessing import SCALES


def _black(tensor: np.ndarray, how: Preprocessing) -> np.ndarray:
    return SCALES[how.scale](np.zeros(tensor.shape, np.uint8))


def _mean(tensor: np.ndarray, how: Preprocessing) -> np.ndarray:
    return np.broadcast_to(tensor.mean(axis=(0, 1)), tensor.shape).astype(np.float32)


def _blurred(tensor: np.ndarray, how: Preprocessing) -> np.ndarray:
    sigma = max(tensor.shape[:2]) / 16
    return cv2.GaussianBlur(tensor, (0, 0), sigma).reshape(tensor.shape)


BASELINES: dict[str, Callable[[np.ndarray, Preprocessing], np.ndarray]] = {
    "mean colour": _mean,  # of this image
    "black": _black,  # the usual start of Integrated Gradients
    "blurred": _blurred,  # keeps the colours, takes the detail
}


def baseline(name: str, tensor: np.ndarray, how: Preprocessing) -> np.ndarray:
    """The named baseline (H, W, C) float32 for a prepared image. Raises InvalidSetting for an unknown name."""
    if name not in BASELINES:
        raise InvalidSetting(f"There is no baseline “{name}”.", f"Choose one of: {', '.join(BASELINES)}.")
    return BASELINES[name](tensor, how)
