"""From the raw outputs of each family of heads to boxes in pixels of the network's input."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from engine.detection.boxes import from_centres
from engine.detection.signature import STRIDES, Signature

Outputs = Sequence[np.ndarray]


class Candidates(NamedTuple):
    """Boxes above the confidence, before overlaps are suppressed."""

    xyxy: np.ndarray  # (N, 4) float32, pixels of the network's input
    score: np.ndarray  # (N,) float32
    class_id: np.ndarray  # (N,) int64
    cell: np.ndarray  # (N,) int64: which row of the output made the box, which an explanation starts from


@dataclass(frozen=True, slots=True)
class Reading:
    """What a decoder must know besides the numbers."""

    size: tuple[int, int]  # width and height of the input
    confidence: float
    extra: dict[str, Any] = field(default_factory=dict)  # anchors and the like, from the file's metadata


DARKNET_KEY = "cnn_studio.darknet"  # metadata entry of files our importer writes


def best_of(boxes: np.ndarray, scores: np.ndarray, rows: np.ndarray, confidence: float) -> Candidates:
    """Keep of each box (N, 4) the best class of `scores` (N, C) if it reaches `confidence`."""
    class_id = scores.argmax(axis=1) if len(scores) else np.zeros(0, np.int64)
    score = scores[np.arange(len(scores)), class_id] if len(scores) else np.zeros(0, np.float32)
    keep = score >= confidence
    return Candidates(
        np.asarray(boxes[keep], np.float32), score[keep].astype(np.float32), class_id[keep], np.asarray(rows)[keep]
    )


def _three(signature: Signature) -> tuple[int, int] | None:
    """(rows, columns) of a single output (1, rows, columns), else None."""
    if len(signature.outputs) != 1 or len(signature.outputs[0]) != 3 or signature.outputs[0][0] != 1:
        return None
    return signature.outputs[0][1], signature.outputs[0][2]


@lru_cache(maxsize=16)
def grid(size: tuple[int, int], strides: tuple[int, ...] = STRIDES) -> tuple[np.ndarray, np.ndarray]:
    """Cell positions (N, 2) in cells and the stride (N, 1) of each, row by row, finest stride first."""
    cells, steps = [], []
    for stride in strides:
        across, down = math.ceil(size[0] / stride), math.ceil(size[1] / stride)
        y, x = np.divmod(np.arange(across * down), across)
        cells.append(np.stack([x, y], axis=1))
        steps.append(np.full((across * down, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(steps).astype(np.float32)


def yolox_classes(signature: Signature) -> int | None:
    """(1, cells, 5 + C) with one row a cell."""
    shape = _three(signature)
    return shape[1] - 5 if shape and shape[0] == signature.cells() and shape[1] > 5 else None


def yolox(outputs: Outputs, reading: Reading) -> Candidates:
    """xy = (p + cell) * stride, wh = exp(p) * stride, score = objectness * class (Ge et al. 2021)."""
    rows = outputs[0][0]
    hopeful = np.flatnonzero(rows[:, 4] >= reading.confidence)  # a class is at most 1, so the product cannot be more
    rows = rows[hopeful]
    cells, stride = grid(reading.size)
    centres = np.concatenate(
        [(rows[:, :2] + cells[hopeful]) * stride[hopeful], np.exp(rows[:, 2:4]) * stride[hopeful]], 1
    )
    return best_of(from_centres(centres), rows[:, 5:] * rows[:, 4:5], hopeful, reading.confidence)


def yolov5_classes(signature: Signature) -> int | None:
    """(1, 3 boxes a cell, 5 + C), with or without the coarse stride 64; or one box a cell (v6), if asked for."""
    shape = _three(signature)
    if shape is None or shape[1] <= 5:
        return None
    counts = (3 * signature.cells(), 3 * signature.cells((*STRIDES, 64)), signature.cells())
    return shape[1] - 5 if shape[0] in counts else None


def yolov5(outputs: Outputs, reading: Reading) -> Candidates:
    """Centre and size in pixels, score = objectness * class."""
    rows = outputs[0][0]
    hopeful = np.flatnonzero(rows[:, 4] >= reading.confidence)
    rows = rows[hopeful]
    return best_of(from_centres(rows[:, :4]), rows[:, 5:] * rows[:, 4:5], hopeful, reading.confidence)


def yolov8_classes(signature: Signature) -> int | None:
    """(1, 4 + C, cells)."""
    shape = _three(signature)
    counts = (signature.cells(), signature.cells((*STRIDES, 64)))
    return shape[0] - 4 if shape and shape[1] in counts and shape[0] > 4 else None


def yolov8(outputs: Outputs, reading: Reading) -> Candidates:
    """Columns of centre, size and class scores; no objectness."""
    columns = outputs[0][0]
    best = columns[4:].max(axis=0)
    hopeful = np.flatnonzero(best >= reading.confidence)
    rows = columns[:, hopeful].T
    return best_of(from_centres(rows[:, :4]), rows[:, 4:], hopeful, reading.confidence)


def end2end_classes(signature: Signature) -> int | None:
    """(1, boxes, 6); the number of classes is not in the shape: 0."""
    shape = _three(signature)
    return 0 if shape and shape[1] == 6 and shape[0] != signature.cells() else None


def end2end(outputs: Outputs, reading: Reading) -> Candidates:
    """Corners, score, class (Wang et al. 2024, YOLOv10)."""
    rows = outputs[0][0]
    keep = np.flatnonzero(rows[:, 4] >= reading.confidence)
    rows = rows[keep]
    return Candidates(rows[:, :4].astype(np.float32), rows[:, 4].astype(np.float32), rows[:, 5].astype(np.int64), keep)


def detr_classes(signature: Signature) -> int | None:
    """labels (1, Q), boxes (1, Q, 4), scores (1, Q), in any order."""
    shapes = sorted(len(shape) for shape in signature.outputs)
    boxes = [shape for shape in signature.outputs if len(shape) == 3]
    return 0 if shapes == [2, 2, 3] and boxes[0][2] == 4 else None


def detr(outputs: Outputs, reading: Reading) -> Candidates:
    """Labels are the whole numbers, scores the others; boxes in pixels of the size given as orig_target_sizes."""
    boxes = next(o for o in outputs if o.ndim == 3)[0]
    flat = [o[0] for o in outputs if o.ndim == 2]
    labels, scores = sorted(flat, key=lambda o: not np.issubdtype(o.dtype, np.integer))
    keep = np.flatnonzero(scores >= reading.confidence)
    return Candidates(
        boxes[keep].astype(np.float32), scores[keep].astype(np.float32), labels[keep].astype(np.int64), keep
    )


def detr_raw_classes(signature: Signature) -> int | None:
    """Two outputs (1, Q, C) and (1, Q, 4), or one (1, Q, 4 + C) of at most 1000 queries."""
    if len(signature.outputs) == 2 and all(len(shape) == 3 for shape in signature.outputs):
        boxes, logits = sorted(signature.outputs, key=lambda shape: shape[2])
        return logits[2] if boxes[2] == 4 and boxes[1] == logits[1] <= 1000 else None
    shape = _three(signature)
    return shape[1] - 4 if shape and shape[0] <= 1000 < signature.cells() and shape[1] > 6 else None


def detr_raw(outputs: Outputs, reading: Reading) -> Candidates:
    """Centre and size as fractions; logits become scores by a sigmoid unless they are within 0..1 already."""
    if len(outputs) == 2:
        boxes, logits = sorted((o[0] for o in outputs), key=lambda o: o.shape[1])
        scores = sigmoid(logits)
    else:
        boxes, scores = outputs[0][0][:, :4], outputs[0][0][:, 4:]
    pixels = from_centres(boxes.astype(np.float32)) * np.array(reading.size * 2, np.float32)
    return best_of(pixels, scores, np.arange(len(pixels)), reading.confidence)


def darknet_classes(signature: Signature) -> int | None:
    """Only files our importer wrote: their anchors are in the metadata."""
    if DARKNET_KEY not in signature.metadata:
        return None
    return int(json.loads(signature.metadata[DARKNET_KEY])["scales"][0]["classes"])


def darknet(outputs: Outputs, reading: Reading) -> Candidates:
    """Each output (1, A * (5 + C), H, W) with its anchors in pixels (Redmon & Farhadi 2018, Bochkovskiy 2020)."""
    found, base = [], 0
    for output, scale in zip(outputs, reading.extra["scales"], strict=True):
        found.append(_darknet_scale(output[0], scale, reading, base))
        base += len(scale["anchors"]) * output.shape[2] * output.shape[3]
    return Candidates(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _darknet_scale(raw: np.ndarray, scale: dict[str, Any], reading: Reading, base: int) -> Candidates:
    height, width = raw.shape[1:]
    anchors = np.array(scale["anchors"], np.float32)
    raw = raw.reshape(len(anchors), 5 + scale["classes"], height * width)
    plain = bool(scale["new_coords"])  # the network's last activation is the sigmoid already
    limit = reading.confidence if plain else logit(reading.confidence)
    anchor, cell = np.nonzero(raw[:, 4] >= limit)
    rows = raw[anchor, :, cell]
    if not plain:
        rows[:, :2], rows[:, 4:] = sigmoid(rows[:, :2]), sigmoid(rows[:, 4:])
    stretch = np.float32(scale["scale_xy"])
    place = np.stack([cell % width, cell // width], axis=1) + rows[:, :2] * stretch - (stretch - 1) / 2
    centre = place * (np.array(reading.size, np.float32) / np.array([width, height], np.float32))
    size = (np.square(rows[:, 2:4] * 2) if plain else np.exp(rows[:, 2:4])) * anchors[anchor]
    boxes = from_centres(np.concatenate([centre, size], axis=1).astype(np.float32))
    return best_of(boxes, rows[:, 5:] * rows[:, 4:5], base + anchor * (height * width) + cell, reading.confidence)


def nanodet_classes(signature: Signature) -> int | None:
    """Pairs (1, cells, C) and (1, cells, 4 * bins) a stride, or one output (1, cells, C + 32) with stride 64 (Plus)."""
    shape = _three(signature)
    if shape is not None:
        return shape[1] - 32 if shape[0] == signature.cells((*STRIDES, 64)) and shape[1] > 32 else None
    shapes = signature.outputs
    if len(shapes) not in (6, 8) or any(len(shape) != 3 for shape in shapes):
        return None
    half = len(shapes) // 2
    scores, sides = shapes[:half], shapes[half:]
    fits = all(a[1] == b[1] for a, b in zip(scores, sides, strict=True)) and {b[2] % 4 for b in sides} == {0}
    strides = (*STRIDES, 64)[:half]
    return scores[0][2] if fits and sum(shape[1] for shape in scores) == signature.cells(strides) else None


def nanodet(outputs: Outputs, reading: Reading) -> Candidates:
    """Each side's distance is the mean of a distribution over bins, in strides (Li et al. 2020)."""
    if len(outputs) == 1:  # NanoDet-Plus: priors at the cells' corners
        strides: tuple[int, ...] = (*STRIDES, 64)
        centre, scores, sides = 0.0, outputs[0][0][:, :-32], outputs[0][0][:, -32:]
    else:
        half, centre = len(outputs) // 2, 0.5
        strides = (*STRIDES, 64)[:half]
        scores = np.concatenate([o[0] for o in outputs[:half]])
        sides = np.concatenate([o[0] for o in outputs[half:]])
    hopeful = np.flatnonzero(scores.max(axis=1) >= reading.confidence)
    cells, stride = grid(reading.size, strides)
    bins = sides[hopeful].reshape(len(hopeful), 4, sides.shape[1] // 4)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    distance = (weights @ np.arange(bins.shape[2], dtype=np.float32)) / weights.sum(axis=2) * stride[hopeful]
    middle = (cells[hopeful] + np.float32(centre)) * stride[hopeful]
    boxes = np.concatenate([middle - distance[:, :2], middle + distance[:, 2:]], axis=1)
    return best_of(boxes, scores[hopeful], hopeful, reading.confidence)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) without overflow."""
    return np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1))


def logit(p: float) -> float:
    """Inverse of the sigmoid; clamped so that 0 and 1 stay finite."""
    p = min(max(p, 1e-7), 1 - 1e-7)
    return math.log(p / (1 - p))
