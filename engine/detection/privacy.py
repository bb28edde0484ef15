"""Cover faces or other classes for good: nothing of what was there can be recovered."""

from __future__ import annotations

import cv2
import numpy as np

from engine.detection.boxes import clip, enlarged

STYLES = ("blocks", "blur", "fill")
_CELLS = 6  # blocks across the longer side: too few to tell people apart


def cover(image: np.ndarray, xyxy: np.ndarray, style: str = "blocks", margin: float = 1.3) -> np.ndarray:
    """A copy of an image, RGB uint8 (H, W, 3), with boxes (N, 4) covered, each enlarged `margin` times.

    "blocks": mean colours of a few cells; "blur": the same, smoothed; "fill": one colour. All are opaque: only a
    handful of averages of the original remain.
    """
    if not len(xyxy):
        return image
    out = image.copy()
    height, width = image.shape[:2]
    boxes = clip(enlarged(xyxy.astype(np.float64), margin), width, height)
    lows, highs = np.floor(boxes[:, :2]).astype(int), np.ceil(boxes[:, 2:]).astype(int)
    for (left, top), (right, bottom) in zip(lows, highs, strict=True):
        if right > left and bottom > top:
            # Always from the original: where boxes overlap, averaging averages would move colours about.
            out[top:bottom, left:right] = _covered(image[top:bottom, left:right], style)
    out.flags.writeable = False
    return out


def _covered(patch: np.ndarray, style: str) -> np.ndarray:
    height, width = patch.shape[:2]
    if style == "fill":
        return np.full_like(patch, patch.mean(axis=(0, 1)).astype(np.uint8))
    cells = max(_CELLS / max(height, width), 1e-6)
    small_size = (max(round(width * cells), 1), max(round(height * cells), 1))
    small = cv2.resize(patch, small_size, interpolation=cv2.INTER_AREA)
    how = cv2.INTER_NEAREST if style == "blocks" else cv2.INTER_CUBIC
    return cv2.resize(small, (width, height), interpolation=how)
