"""Average precision as COCO defines it, for a detector on labelled images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.detection.boxes import from_centres, iou
from engine.detection.detections import Detections
from engine.errors import InvalidSetting

RECALLS = np.linspace(0, 1, 101)  # where COCO reads the curve
THRESHOLDS = tuple(np.round(np.arange(0.5, 1.0, 0.05), 2))
LIMIT = 100  # boxes an image that count


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is really on an image."""

    xyxy: np.ndarray  # (N, 4) float32, pixels
    class_id: np.ndarray  # (N,) int64


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the boxes of a detector are."""

    map50: float  # mean over classes of the average precision at IoU 0.5
    map: float  # the same, averaged over IoU 0.5 to 0.95
    per_class: dict[int, float]  # average precision at IoU 0.5
    images: int
    boxes: int  # labelled ones


def evaluate(found: Sequence[Detections], truths: Sequence[Truth]) -> Evaluation:
    """Compare detections with the truth, image by image, both sequences in the same order.

    COCO's rules: of each image the best 100 boxes; a box counts when its IoU with a labelled box of its class, not yet
    taken by a better one, reaches the threshold; precision made monotonic and read at 101 recalls; classes without a
    labelled box are left out.
    """
    if len(found) != len(truths):
        raise InvalidSetting(f"There are {len(found)} results for {len(truths)} labelled images.", "Give one for each.")
    classes = sorted({int(c) for truth in truths for c in truth.class_id})
    table = {c: _class_precisions(c, found, truths) for c in classes}
    per_class = {c: float(values[0]) for c, values in table.items()}
    values = np.array(list(table.values())) if table else np.zeros((1, len(THRESHOLDS)))
    boxes = sum(len(truth.class_id) for truth in truths)
    return Evaluation(float(values[:, 0].mean()), float(values.mean()), per_class, len(truths), boxes)


def _class_precisions(class_id: int, found: Sequence[Detections], truths: Sequence[Truth]) -> np.ndarray:
    """Average precision of one class at every threshold (T,)."""
    scores, hits, positives = [], [], 0
    for detections, truth in zip(found, truths, strict=True):
        best = detections[np.argsort(-detections.score, kind="stable")[:LIMIT]]
        mine = best[best.class_id == class_id]
        real = truth.xyxy[truth.class_id == class_id]
        positives += len(real)
        scores.append(mine.score)
        hits.append(_hits(mine.xyxy, real))
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return np.array([_area(row[order], positives) for row in np.concatenate(hits, axis=1)])


def _hits(boxes: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Which boxes (N, 4), best first, find a labelled one: bool (T, N)."""
    hits = np.zeros((len(THRESHOLDS), len(boxes)), bool)
    overlap = iou(boxes, real)
    for row, threshold in enumerate(THRESHOLDS):
        free = np.ones(len(real), bool)
        for number in range(len(boxes)):
            if not free.any():
                break
            target = int(np.argmax(np.where(free, overlap[number], -1)))
            if overlap[number, target] >= threshold:
                free[target], hits[row, number] = False, True
    return hits


def _area(hits: np.ndarray, positives: int) -> float:
    """Area under precision over recall for hits in order of score."""
    true = np.cumsum(hits)
    precision = true / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]  # the best precision at this recall or beyond
    where = np.searchsorted(true / positives, RECALLS, side="left")
    return float(np.append(precision, 0.0)[np.minimum(where, len(hits))].mean())


def read_yolo_labels(path: Path, width: int, height: int) -> Truth:
    """Labels of one image in YOLO's text form, a line a box: class, centre x, centre y, width, height as fractions.

    A missing file means that nothing is on the image. Raises InvalidSetting for lines that are not labels.
    """
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values = [float(part) for part in line.split()]
            if len(values) < 5:
                raise ValueError
        except ValueError:
            raise InvalidSetting(
                f"Line {number} of “{path.name}” is “{line[:50]}”.", "Expected class, centre, size."
            ) from None
        rows.append(values[:5])
    table = np.array(rows, np.float32).reshape(-1, 5)
    boxes = from_centres(table[:, 1:]) * np.array([width, height] * 2, np.float32)
    return Truth(boxes.astype(np.float32), table[:, 0].astype(np.int64))
