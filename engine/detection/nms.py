"""Non-maximum suppression: of boxes that overlap much, only the best scored stays."""

from __future__ import annotations

import cv2
import numpy as np

MAX_CANDIDATES = 3000  # the best ones; a threshold of nearly zero would otherwise cost seconds


def suppress(
    xyxy: np.ndarray, score: np.ndarray, class_id: np.ndarray, iou: float, agnostic: bool = False, limit: int = 300
) -> np.ndarray:
    """Indices of the boxes that stay, best first, at most `limit`.

    xyxy: (N, 4) pixels; score: (N,); class_id: (N,). A box goes when its IoU with a better box that stays exceeds
    `iou`; class-wise only boxes of one class compete, agnostic all do.
    """
    order = np.argsort(-score, kind="stable")[:MAX_CANDIDATES]
    if not len(order):
        return order
    boxes = xyxy[order].astype(np.float64)
    boxes[:, 2:] -= boxes[:, :2]
    if not agnostic:  # classes are moved so far apart that their boxes cannot meet
        span = float(np.abs(xyxy[order]).max()) * 2 + 1
        boxes[:, :2] += (class_id[order] * span)[:, None]
    # The greedy loop itself is OpenCV's, in C++; it wants left, top, width, height.
    kept = cv2.dnn.NMSBoxes(boxes, np.maximum(score[order], 1e-9), 0.0, iou)  # type: ignore[arg-type]
    return order[np.asarray(kept, np.int64).reshape(-1)[:limit]]
