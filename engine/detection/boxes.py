"""Boxes as arrays (N, 4) of left, top, right, bottom in pixels: overlap, conversion, clipping."""

from __future__ import annotations

import numpy as np


def areas(xyxy: np.ndarray) -> np.ndarray:
    """Area of each box (N, 4) -> (N,); boxes turned inside out have none."""
    return np.clip(xyxy[:, 2] - xyxy[:, 0], 0, None) * np.clip(xyxy[:, 3] - xyxy[:, 1], 0, None)


def intersections(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Common area of every box of `a` (N, 4) with every box of `b` (M, 4) -> (N, M)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return sides[..., 0] * sides[..., 1]


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union, (N, 4) and (M, 4) -> (N, M) in 0..1; 0 where both are empty."""
    common = intersections(a, b)
    union = areas(a)[:, None] + areas(b)[None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def from_centres(cxcywh: np.ndarray) -> np.ndarray:
    """(N, 4) centre x, centre y, width, height -> left, top, right, bottom."""
    half = cxcywh[:, 2:4] * 0.5
    return np.concatenate([cxcywh[:, :2] - half, cxcywh[:, :2] + half], axis=1)


def to_centres(xyxy: np.ndarray) -> np.ndarray:
    """(N, 4) left, top, right, bottom -> centre x, centre y, width, height."""
    size = xyxy[:, 2:] - xyxy[:, :2]
    return np.concatenate([xyxy[:, :2] + size * 0.5, size], axis=1)


def clip(xyxy: np.ndarray, width: int, height: int) -> np.ndarray:
    """Boxes cut to an image of `width` x `height` pixels."""
    limit = np.array([width, height, width, height], xyxy.dtype)
    return np.clip(xyxy, 0, limit)


def enlarged(xyxy: np.ndarray, factor: float) -> np.ndarray:
    """Boxes grown about their centres: 1.2 adds a tenth of width and height on every side."""
    centres = to_centres(xyxy)
    centres[:, 2:] *= factor
    return from_centres(centres)
