"""Frame a photo anew, so that a face of it gets a random size and place."""

from __future__ import annotations

import cv2
import numpy as np

from engine.detection.boxes import areas
from recipes.yolo_face.geometry import GREY, face_side, for_halved, halvings, motion, moved, visible
from recipes.yolo_face.photos import Photo
from recipes.yolo_face.scene import Scene


def frame(photo: Photo, size: tuple[int, int], rng: np.random.Generator, ground: np.ndarray | None = None) -> Scene:
    """A photo turned, zoomed, squeezed and moved into width x height, so that a face of it gets a random size.

    ground: RGB uint8 of that size, seen where the photo ends; grey, a colour or a reflection if None.
    """
    width, height = size
    boxes, pixels = photo.boxes, photo.pixels
    rows, columns = pixels.shape[:2]
    if len(boxes):
        box = boxes[rng.integers(len(boxes))]
        own = max(float(np.sqrt(areas(box[None]))[0]), 4.0)
        zoom = min(face_side(min(size), rng) / own, 3.0)
        aim = (box[:2] + box[2:]) / 2 + rng.uniform(-0.45, 0.45, 2) * size / zoom
        inside = np.array(size) / zoom / 2  # keep the photo under the frame, where it is large enough
        whole = np.array((columns, rows), float)
        aim = np.where(whole > 2 * inside, np.clip(aim, inside, whole - inside), aim)
        aim = np.clip(aim, box[:2] - inside * 0.7, box[2:] + inside * 0.7)
    else:
        zoom = max(width / columns, height / rows) * np.exp(rng.uniform(-0.7, 0.7))
        aim = np.array((columns, rows)) * rng.uniform(0.3, 0.7, 2)
    whole_motion = motion(aim, np.array(size) / 2, zoom, rng.normal(0, 7), rng, mirror=rng.random() < 0.5)
    border = cv2.BORDER_REFLECT_101 if rng.random() < 0.4 and not len(boxes) else cv2.BORDER_TRANSPARENT
    times = halvings(zoom)
    source, matrix = photo.halved(times), for_halved(whole_motion, times)
    if ground is None:
        colour = (GREY,) * 3 if rng.random() < 0.6 else rng.integers(0, 256, 3)
        ground = np.full((height, width, 3), colour, np.uint8)
    out = cv2.warpAffine(source, matrix, size, dst=ground, flags=cv2.INTER_LINEAR, borderMode=border)
    faces, cut = visible(moved(boxes, whole_motion), size)
    blanks, _ = visible(moved(photo.blanks, whole_motion), size, least=0.0)
    return Scene(out, faces, np.concatenate([cut, blanks]))
