"""Draw meshes as a camera sees them: points on every triangle, of which the nearest is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recipes.yolo_face.people.meshes import Mesh

DENSE = 3.2  # points for every pixel of a triangle, so that none is left out
SPREAD = np.array((0.7548776662466927, 0.5698402909980532))  # points that fill a triangle evenly (Roberts 2018)
SEEN_THROUGH = 110  # of 255: less opaque points of a texture are not drawn


@dataclass(frozen=True)
class Layer:
    """A mesh where it is to be drawn."""

    points: np.ndarray  # (P, 3) float32: pixels to the right and down, and towards the camera
    mesh: Mesh
    texture: np.ndarray  # (H, W, 4) uint8, RGBA
    kinds: np.ndarray  # (T,) uint8: what the triangles show, from 1 on
    two_sided: bool = False  # seen from behind too, as hair is


def draw(layers: list[Layer], size: tuple[int, int], light: np.ndarray, ambient: float) -> tuple[np.ndarray, ...]:
    """Colours (H, W, 3) uint8 of what is seen, and its kind (H, W) uint8, 0 where nothing is.

    size: width and height. light: where it comes from, a vector (3,) of length 1 in the directions of the points.
    """
    width, height = size
    sampled = [_sampled(layer, light, ambient) for layer in layers]
    at, colours, kinds = (np.concatenate(part) for part in zip(*sampled, strict=True))
    column, row = np.floor(at[:, 0]).astype(int), np.floor(at[:, 1]).astype(int)
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    nearest_last = inside[np.argsort(at[inside, 2])]
    pixel = row[nearest_last] * width + column[nearest_last]
    picture, seen = np.zeros((height * width, 3), np.uint8), np.zeros(height * width, np.uint8)
    picture[pixel], seen[pixel] = colours[nearest_last], kinds[nearest_last]  # the last one stays
    return picture.reshape(height, width, 3), seen.reshape(height, width)


def normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Where the surface points at every point (P, 3), of length 1; y runs down."""
    a, b, c = (points[triangles[:, n]] for n in range(3))
    of_triangle = -np.cross(b - a, c - a)  # y is turned over, and with it the sense of a triangle
    around = triangles.T.ravel()
    total = np.column_stack([np.bincount(around, np.tile(part, 3), len(points)) for part in of_triangle.T])
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


def _sampled(layer: Layer, light: np.ndarray, ambient: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (N, 3), colours (N, 3) uint8 and kinds (N,) of points on a layer."""
    corners = layer.points[layer.mesh.triangles]
    edges = corners[:, 1:, :2] - corners[:, :1, :2]
    area = (edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) / -2  # more than 0: towards the camera
    shown = np.flatnonzero((area > 0) | layer.two_sided)
    counts = np.ceil(np.abs(area[shown]) * DENSE).astype(int) + 1
    of = np.repeat(shown, counts)
    number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (number[:, None] * SPREAD + 0.31) % 1
    share = np.where(share.sum(axis=1, keepdims=True) > 1, 1 - share, share)
    share = np.column_stack([1 - share.sum(axis=1), share]).astype(np.float32)
    at = np.einsum("nk,nkc->nc", share, corners[of])
    place = np.einsum("nk,nkc->nc", share, layer.mesh.places[of])
    height, width = layer.texture.shape[:2]
    row = ((1 - place[:, 1]) * (height - 1)).round().astype(int).clip(0, height - 1)
    column = (place[:, 0] * (width - 1)).round().astype(int).clip(0, width - 1)
    colour = layer.texture[row, column]
    opaque = colour[:, 3] > SEEN_THROUGH
    facing = np.einsum("nk,nkc->nc", share, normals(layer.points, layer.mesh.triangles)[layer.mesh.triangles[of]])
    lit = facing @ light
    lit = np.abs(lit) if layer.two_sided else np.maximum(lit, 0)
    shaded = np.clip(colour[:, :3] * (ambient + (1 - ambient) * lit)[:, None], 0, 255).round()
    return at[opaque], shaded[opaque].astype(np.uint8), layer.kinds[of][opaque]
