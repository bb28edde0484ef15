"""Paste heads into a scene, with soft edges, in other light, sometimes half hidden."""

from __future__ import annotations

import cv2
import numpy as np

from engine.detection.boxes import areas
from recipes.yolo_face.geometry import face_side, for_halved, halved, halvings, motion, moved, visible
from recipes.yolo_face.light import relight
from recipes.yolo_face.people.figures import Figure
from recipes.yolo_face.photos import Photo

COVERS = {  # what hides a part of a face, as shares of its box: left, top, right, bottom
    "hat": (-0.1, -0.1, 1.1, 0.25),
    "glasses": (0.05, 0.27, 0.95, 0.48),
    "mask": (0.0, 0.6, 1.0, 1.0),
    "hand at the left": (-0.1, 0.1, 0.3, 1.0),
    "hand at the right": (0.7, 0.1, 1.1, 1.0),
}
HEAD = (0.4, 0.4, 0.4, 0.6)  # what a head takes up around its face, in faces: to the left, above, to the right, below
HEAD_AND_SHOULDERS = (1.2, 0.5, 1.2, 1.4)


def paste(
    canvas: np.ndarray, photo: Photo, of_face: bool, taken: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Blend a head (or a piece of a photo, of the same form) into a scene; its box, or None where there is no room."""
    side = canvas.shape[0]
    pixels = photo.pixels
    if of_face:
        box = photo.boxes[rng.integers(len(photo.boxes))]
        if np.sqrt(areas(box[None]))[0] < 24:
            return None
    else:
        extent = np.array(pixels.shape[1::-1]) * rng.uniform(0.25, 0.7)
        corner = rng.uniform(0, 1, 2) * (np.array(pixels.shape[1::-1]) - extent)
        box = np.concatenate([corner, corner + extent]).astype(np.float32)
    wanted = face_side(side, rng)
    zoom = min(wanted / float(np.sqrt(areas(box[None]))[0]), 3.0)
    centre = rng.uniform(0, side, 2)
    matrix = motion((box[:2] + box[2:]) / 2, centre, zoom, rng.normal(0, 14), rng, mirror=rng.random() < 0.5)
    placed, _ = visible(moved(box[None], matrix), (side, side), least=0.6)
    if not len(placed) or _crowded(placed[0], taken, HEAD):
        return None
    reach = np.array((-0.7, -0.6, 0.7, 1.2), np.float32) * np.tile(box[2:] - box[:2], 2)
    x0, y0, x1, y1 = np.clip(box + reach, 0, np.tile(pixels.shape[1::-1], 2)).astype(int)
    cut = relight(pixels[y0:y1, x0:x1], rng)
    mask = _head_mask(cut.shape[:2], box - np.array((x0, y0, x0, y0)), rng)
    blend(canvas, np.dstack([cut, mask]), matrix @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1]]), zoom)
    if of_face and rng.random() < 0.2:
        _cover(canvas, placed[0], rng)
    return placed[0]


def paste_figure(canvas: np.ndarray, figure: Figure, taken: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Blend somebody rendered into a scene, whole or only the head; where the face is or would be, or None."""
    side, box = canvas.shape[0], figure.box
    zoom = min(face_side(side, rng) / float(np.sqrt(areas(box[None]))[0]), 3.0)
    centre = rng.uniform(0, side, 2)
    matrix = motion((box[:2] + box[2:]) / 2, centre, zoom, rng.normal(0, 8), rng, mirror=rng.random() < 0.5)
    placed, _ = visible(moved(box[None], matrix), (side, side), least=0.6)
    head_only = rng.random() < 0.35
    if not len(placed) or _crowded(placed[0], taken, HEAD if head_only else HEAD_AND_SHOULDERS):
        return None
    colours, weights = relight(np.ascontiguousarray(figure.pixels[:, :, :3]), rng), figure.pixels[:, :, 3]
    if head_only:
        weights = cv2.multiply(weights, _head_mask(weights.shape, box, rng), scale=1 / 255)
    blend(canvas, np.dstack([colours, weights]), matrix, zoom)
    if rng.random() < 0.15:
        _cover(canvas, placed[0], rng)
    return placed[0]


def blend(canvas: np.ndarray, piece: np.ndarray, matrix: np.ndarray, zoom: float) -> None:
    """Lay a piece with weights, RGBA uint8, over a canvas where `matrix` puts it."""
    height, width = piece.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    limit = np.array(canvas.shape[1::-1])
    x0, y0 = np.clip(np.floor(corners.min(axis=0)), 0, limit).astype(int)
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)), 0, limit).astype(int)
    if x1 <= x0 or y1 <= y0:
        return
    shown = piece.astype(np.uint16)  # what is seen through must not darken what lies beside it
    piece = np.dstack([(shown[:, :, :3] * shown[:, :, 3:] + 127) // 255, shown[:, :, 3]]).astype(np.uint8)
    for _ in range(times := halvings(zoom)):
        piece = halved(piece)
    matrix = for_halved(matrix, times) - np.array([[0, 0, x0], [0, 0, y0]])
    piece = cv2.warpAffine(
        piece, matrix, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0)
    )
    under = canvas[y0:y1, x0:x1]
    covered = piece[:, :, 3:].astype(np.float32) / 255
    under[:] = np.clip(under * (1 - covered) + piece[:, :, :3], 0, 255).round()


def _head_mask(shape: tuple[int, int], box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Weights (H, W) uint8 of the head around a face: an oval or a rounded block with a soft edge."""
    width, height = box[2] - box[0], box[3] - box[1]
    left, right = box[0] - width * rng.uniform(0.05, 0.5), box[2] + width * rng.uniform(0.05, 0.5)
    top, bottom = box[1] - height * rng.uniform(0.05, 0.4), box[3] + height * rng.uniform(0.0, 0.9)
    mask = np.zeros(shape, np.uint8)
    centre = (int((left + right) / 2), int((top + bottom) / 2))
    axes = (max(int((right - left) / 2), 1), max(int((bottom - top) / 2), 1))
    if rng.random() < 0.6:
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1)
    else:
        cv2.rectangle(mask, (int(left), int(top)), (int(right), int(bottom)), 255, -1)
    soft = max(int(min(width, height) * rng.uniform(0.02, 0.2)) | 1, 3)
    return cv2.blur(mask, (soft, soft))


def _cover(canvas: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> None:
    """Hide a part of a face behind a block of one colour."""
    kind = str(rng.choice(list(COVERS)))
    extent = np.tile(box[2:] - box[:2], 2)
    x0, y0, x1, y1 = (np.tile(box[:2], 2) + np.array(COVERS[kind]) * extent).astype(int)
    colour = rng.integers(0, 50, 3) if kind == "glasses" else rng.integers(0, 256, 3)
    cv2.rectangle(canvas, (int(x0), int(y0)), (int(x1), int(y1)), tuple(int(v) for v in colour), -1)


def _crowded(box: np.ndarray, taken: np.ndarray, reach: tuple[float, ...]) -> bool:
    """Whether what reaches so far around a box would cover a good part of one that is there."""
    grown = box + np.array((-1, -1, 1, 1), np.float32) * reach * np.tile(box[2:] - box[:2], 2)
    low, high = np.maximum(grown[:2], taken[:, :2]), np.minimum(grown[2:], taken[:, 2:])
    return bool((np.clip(high - low, 0, None).prod(axis=1) > 0.1 * areas(taken)).any()) if len(taken) else False
