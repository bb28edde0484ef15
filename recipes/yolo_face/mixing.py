"""New people from two: one half of a face from each, in one light. And heads of nobody: the face smoothed away."""

from __future__ import annotations

import cv2
import numpy as np

SOFT = 0.12  # width of the seam between two faces, in faces


def mixed(
    pixels: np.ndarray, box: np.ndarray, other: np.ndarray, its: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A copy of RGB uint8 pixels with a part of the face in `box` taken from the face in the box `its` of `other`."""
    x0, y0, x1, y1 = box.astype(int)
    if min(x1 - x0, y1 - y0) < 8:
        return pixels
    theirs = cv2.getRectSubPix(
        other, tuple(int(v) for v in its[2:] - its[:2]), tuple(float(v) for v in (its[:2] + its[2:]) / 2)
    )
    theirs = cv2.resize(theirs, (int(x1 - x0), int(y1 - y0)), interpolation=cv2.INTER_AREA).astype(np.float32)
    own = pixels[y0:y1, x0:x1].astype(np.float32)
    theirs *= own.mean(axis=(0, 1)) / np.maximum(theirs.mean(axis=(0, 1)), 1)
    weight = (_oval(own.shape[:2]) * _half(own.shape[:2], rng))[:, :, None]
    out = pixels.copy()
    out[y0:y1, x0:x1] = np.clip(own + (theirs - own) * weight, 0, 255)
    return out


def smoothed(pixels: np.ndarray, box: np.ndarray) -> np.ndarray:
    """A copy of RGB uint8 pixels with nothing but skin where the face was."""
    x0, y0, x1, y1 = box.astype(int)
    if min(x1 - x0, y1 - y0) < 8:
        return pixels
    part = pixels[y0:y1, x0:x1]
    few = cv2.resize(part, (4, 4), interpolation=cv2.INTER_AREA)
    plain = cv2.resize(few, part.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    out = pixels.copy()
    out[y0:y1, x0:x1] = part + (plain - part) * _oval(part.shape[:2])[:, :, None]
    return out


def _oval(shape: tuple[int, ...]) -> np.ndarray:
    """Weights (H, W): 1 in the middle, 0 from the border of the oval on."""
    y, x = (np.linspace(-1, 1, count, dtype=np.float32) for count in shape)
    return np.clip((1 - np.sqrt(x[None] ** 2 + y[:, None] ** 2)) / 0.25, 0, 1)


def _half(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Weights (H, W) of one side of a line through the face, or one weight for all of it."""
    if rng.random() < 0.3:
        return np.full(shape, rng.uniform(0.3, 0.7), np.float32)
    y, x = (np.linspace(-1, 1, count, dtype=np.float32) for count in shape)
    angle = rng.choice((90, -90)) + rng.normal(0, 25)  # mostly eyes of one and mouth of the other
    along = np.cos(np.deg2rad(angle)) * x[None] + np.sin(np.deg2rad(angle)) * y[:, None]
    return np.clip((along - rng.uniform(-0.3, 0.3)) / SOFT + 0.5, 0, 1)
