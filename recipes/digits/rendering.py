"""Digits as the program sees them: drawn on a photographed sheet, and after its preprocessing."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import cv2
import numpy as np

from engine.models.cards import Preprocessing
from engine.models.preprocessing import prepare

HOW = Preprocessing(28, 28, 1, fit="digit", scale="unit")


def photograph(digit: np.ndarray, seed: int) -> np.ndarray:
    """A digit (28, 28) as on a photographed sheet: dark on light, small, off-centre, uneven light, noise."""
    rng = np.random.default_rng(seed)
    height, width, side = 240, 320, int(rng.integers(50, 120))
    ink = np.zeros((height, width), np.float32)
    top, left = rng.integers(8, height - side - 8), rng.integers(8, width - side - 8)
    ink[top : top + side, left : left + side] = cv2.resize(digit, (side, side), interpolation=cv2.INTER_CUBIC) / 255
    rows, columns = np.mgrid[:height, :width]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (columns / width - 0.5) * np.cos(angle) + (rows / height - 0.5) * np.sin(angle)
    paper = 195 + rng.uniform(20, 80) * slope
    grey = paper * (1 - rng.uniform(0.5, 0.85) * np.clip(ink, 0, 1)) + rng.normal(0, 4, ink.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def coloured(digit: np.ndarray) -> np.ndarray:
    """A grey image (H, W) as RGB (H, W, 3)."""
    return np.repeat(digit[:, :, None], 3, axis=2)


def through_preprocessing(images: list[np.ndarray]) -> np.ndarray:
    """What the network sees of RGB images: (N, 28, 28, 1) float32 in 0..1."""
    with ProcessPoolExecutor() as pool:
        return np.stack(list(pool.map(_seen, images, chunksize=200))).astype(np.float32) / 255


def _seen(image: np.ndarray) -> np.ndarray:
    return prepare(image, HOW).seen
