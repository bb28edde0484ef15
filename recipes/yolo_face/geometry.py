"""Where a photo comes to lie in a scene: turned, zoomed, squeezed; and where its boxes are then."""

from __future__ import annotations

import cv2
import numpy as np

from engine.detection.boxes import areas

GREY = 114
SMALLEST, LARGEST = 9.0, 0.85  # side of a face: pixels, and share of the scene's side


def face_side(side: int, rng: np.random.Generator) -> float:
    """A face's side in pixels, small ones as often as large ones on a scale of logarithms."""
    return float(np.exp(rng.uniform(np.log(SMALLEST), np.log(side * LARGEST))))


def motion(
    source: np.ndarray, target: np.ndarray, zoom: float, degrees: float, rng: np.random.Generator, mirror: bool
) -> np.ndarray:
    """Affine matrix (2, 3) that brings `source` to `target`, turned by at most 30 degrees and squeezed a little."""
    angle = np.deg2rad(np.clip(degrees, -30, 30))
    across = zoom * np.exp(rng.uniform(-0.22, 0.08)) * (-1 if mirror else 1)
    down = zoom * np.exp(rng.uniform(-0.08, 0.08))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[across, rng.uniform(-0.08, 0.08) * zoom], [0, down]])
    return np.column_stack([linear, np.asarray(target) - linear @ np.asarray(source)]).astype(np.float32)


def halvings(zoom: float) -> int:
    """How often a photo is halved first, so that shrinking by `zoom` skips no pixels of it."""
    return max(int(np.ceil(-np.log2(zoom / 0.6))), 0)


def halved(pixels: np.ndarray) -> np.ndarray:
    """Half as wide and half as high, every pixel the mean of four."""
    size = (max(pixels.shape[1] // 2, 1), max(pixels.shape[0] // 2, 1))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def for_halved(matrix: np.ndarray, times: int) -> np.ndarray:
    """The same motion (2, 3) for a photo that was halved so many times."""
    return np.column_stack([matrix[:, :2] * 2**times, matrix[:, 2]])


def moved(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Upright boxes (N, 4) around what turned boxes hold: ovals, whose corners are empty."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    centre = middle @ matrix[:, :2].T + matrix[:, 2]
    extent = np.sqrt(half**2 @ (matrix[:, :2] ** 2).T)
    return np.concatenate([centre - extent, centre + extent], axis=1).astype(np.float32)


def visible(boxes: np.ndarray, size: tuple[int, int], least: float = 0.55) -> tuple[np.ndarray, np.ndarray]:
    """Boxes cut to the scene: those of which enough is left, and those of which too little is."""
    limit = np.array((*size, *size), np.float32)
    inside = np.clip(boxes, 0, limit)
    share = areas(inside) / np.maximum(areas(boxes), 1e-6)
    return inside[share > least], inside[(share <= least) & (share > 0.02)]
