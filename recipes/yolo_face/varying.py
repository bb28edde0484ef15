"""Make other people of those in a photo: turned heads, mixed faces, caps and glasses. Few people were photographed."""

from __future__ import annotations

import numpy as np

from recipes.yolo_face.covering import covered
from recipes.yolo_face.light import relit
from recipes.yolo_face.mixing import mixed, smoothed
from recipes.yolo_face.picture import Picture
from recipes.yolo_face.turning import turned

LEAST = 16.0  # pixels: a smaller face is left as it is
MOST_YAW, MOST_PITCH = 58.0, 42.0  # degrees


def varied(picture: Picture, other: Picture, frontal: bool, rng: np.random.Generator) -> Picture:
    """The picture with its faces mixed with one of `other`, lit, covered and turned, each with some luck.

    frontal: its people look into the camera, so that they may be turned far.
    """
    pixels, boxes = picture.pixels, picture.boxes.copy()
    for number, box in enumerate(boxes):
        if min(box[2:] - box[:2]) < LEAST or not _inside(box, pixels):
            continue
        if frontal and rng.random() < 0.4:
            pixels = mixed(pixels, box, other.pixels, other.boxes[rng.integers(len(other.boxes))], rng)
        if rng.random() < 0.3:
            pixels = relit(pixels, box, rng)
        if rng.random() < 0.3:
            pixels = covered(pixels, box, rng)
        if rng.random() < (0.7 if frontal else 0.3):
            spread = 1.0 if frontal else 0.4
            yaw = np.clip(rng.normal(0, 30 * spread), -MOST_YAW, MOST_YAW)
            pitch = np.clip(rng.normal(6, 18) * spread, -MOST_PITCH, MOST_PITCH)  # people look down more than up
            pixels, boxes[number] = turned(pixels, box, yaw, pitch)
    if pixels is picture.pixels:
        return picture
    limit = np.tile(pixels.shape[1::-1], 2)
    return Picture(pixels, np.clip(boxes, 0, limit).astype(np.float32), picture.blanks, picture.heads)


def headless(picture: Picture) -> Picture:
    """The picture with skin in the place of its faces: heads that look away, and round things of that colour."""
    pixels = picture.pixels
    for box in picture.boxes:
        pixels = smoothed(pixels, np.clip(box, 0, np.tile(pixels.shape[1::-1], 2)))
    return Picture(pixels, picture.boxes[:0], picture.blanks, picture.boxes)


def _inside(box: np.ndarray, pixels: np.ndarray) -> bool:
    return bool((box >= 0).all() and (box[2:] <= pixels.shape[1::-1]).all())
