"""The “shapes” set: circles, squares, triangles and stars, drawn from a seed, learnable within a minute."""

from __future__ import annotations

import cv2
import numpy as np

NAMES = ("circle", "square", "triangle", "star")
_FINE = 4  # drawn this much larger, then averaged down, so that edges are smooth
_CONTRAST = 110  # least difference between shape and ground, of 255


def draw_shapes(count: int, size: int = 32, seed: int = 0, noise: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """`count` images (count, size, size, 3) uint8 and their classes (count,) int32, as even as can be.

    Place, size, angle and the two colours are random; noise: standard deviation of 255. The same seed draws the same.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count, dtype=np.int32) % len(NAMES))
    return np.stack([_draw(rng, int(label), size, noise) for label in labels]), labels


def _draw(rng: np.random.Generator, label: int, size: int, noise: float) -> np.ndarray:
    side = size * _FINE
    ground, ink = _colours(rng)
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = ground
    radius = rng.uniform(0.3, 0.45) * side
    centre = rng.uniform(radius, side - radius, 2)
    angle = rng.uniform(0, 2 * np.pi)
    corners = np.rint(centre + radius * outline(NAMES[label], angle)).astype(np.int32)
    cv2.fillPoly(canvas, [corners], [int(value) for value in ink])
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return np.clip(small + rng.normal(0, noise, small.shape), 0, 255).astype(np.uint8)


def _colours(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two colours far enough apart in brightness that the shape can be told by grey alone."""
    weights = np.array([0.299, 0.587, 0.114])
    while True:
        ground, ink = rng.integers(0, 256, (2, 3))
        if abs((ground - ink) @ weights) >= _CONTRAST:
            return ground, ink


def outline(name: str, angle: float = 0.0) -> np.ndarray:
    """Corners (n, 2) float of a shape in the unit circle, x and y, turned by `angle` radians."""
    corners = {"circle": 48, "square": 4, "triangle": 3, "star": 10}[name]
    turns = angle + np.arange(corners) * (2 * np.pi / corners)
    radii = np.where(np.arange(corners) % 2, 0.42, 1.0) if name == "star" else np.ones(corners)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1) * radii[:, None]
