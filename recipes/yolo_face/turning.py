"""Turn a head in a flat photo: the face is laid on an ellipsoid, which is then seen from another side.

Portraits look into the camera; people in real scenes look down, aside and away.
"""

from __future__ import annotations

import cv2
import numpy as np

# Half axes of a head, in half widths of its face: to the side and to the front; and its height in half heights.
ASIDE, AHEAD, TALL = 1.25, 1.45, 1.35
REACH = 1.7  # half axes around the middle of the face in which pixels move; what is behind the head stays
STEP = 4  # pixels between those points whose motion is worked out
EDGE = 0.97  # what turns into view and is in no photo is taken from near the outline


def turned(pixels: np.ndarray, box: np.ndarray, yaw: float, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    """A copy of RGB uint8 pixels with the head of a face box turned by degrees, and the box of the face then.

    yaw: to the right of the picture. pitch: down.
    """
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    axes = np.array((ASIDE, TALL * half[1] / half[0], AHEAD)) * half[0]  # pixels
    turn = _rotation(yaw, pitch)
    low = np.maximum(np.floor(middle - REACH * axes[:2]), 0).astype(int)
    high = np.minimum(np.ceil(middle + REACH * axes[:2]), pixels.shape[1::-1]).astype(int)
    y, x = np.mgrid[low[1] : high[1] + STEP : STEP, low[0] : high[0] + STEP : STEP].astype(np.float32)
    by_x, by_y = _sources((x - middle[0]) / axes[0], (y - middle[1]) / axes[1], axes, turn)
    where = (_spread(values, high - low) for values in (x + by_x * axes[0], y + by_y * axes[1]))
    out = pixels.copy()
    out[low[1] : high[1], low[0] : high[0]] = cv2.remap(
        pixels, *where, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return out, _face_box(middle, half, axes, turn)


def _spread(values: np.ndarray, size: np.ndarray) -> np.ndarray:
    """From every STEP-th pixel of width x height to all of them."""
    scale = np.array([[1 / STEP, 0, 0], [0, 1 / STEP, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    whole = cv2.warpAffine(
        values.astype(np.float32), scale, size.tolist(), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(whole)


def _rotation(yaw: float, pitch: float) -> np.ndarray:
    """Matrix (3, 3) on x to the right, y down, z to the viewer."""
    a, b = np.deg2rad((yaw, pitch))
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return about_x @ about_y


def _sources(x: np.ndarray, y: np.ndarray, axes: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each point (in half axes) is from where it was before the turn, in half axes."""
    far = np.sqrt(x**2 + y**2)
    onto = np.maximum(far, 1.0)  # what is around the head moves as its outline does, and less with the distance
    on_x, on_y = x / onto, y / onto
    depth = np.sqrt(np.maximum(1 - on_x**2 - on_y**2, 0))
    points = np.stack([on_x * axes[0], on_y * axes[1], depth * axes[2]])
    before = np.einsum("ij,jhw->ihw", turn.T, points)
    was_x, was_y = before[0] / axes[0], before[1] / axes[1]
    out = np.sqrt(was_x**2 + was_y**2)
    hidden = (before[2] < 0) | (out > EDGE)
    pull = np.where(hidden, EDGE / np.maximum(out, 1e-6), 1.0)
    fading = np.clip((REACH - far) / (REACH - 1), 0, 1)
    return (was_x * pull - on_x) * fading, (was_y * pull - on_y) * fading


def _face_box(middle: np.ndarray, half: np.ndarray, axes: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Around those points of the face that are still to be seen."""
    u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21)))
    inside = u**2 + v**2 <= 1.001
    x, y = u[inside] * half[0], v[inside] * half[1]
    depth = axes[2] * np.sqrt(np.maximum(1 - (x / axes[0]) ** 2 - (y / axes[1]) ** 2, 0))
    after = turn @ np.stack([x, y, depth])
    seen = after[:2, after[2] > 0]
    return np.concatenate([middle + seen.min(axis=1), middle + seen.max(axis=1)]).astype(np.float32)
