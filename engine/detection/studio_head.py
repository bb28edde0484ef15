"""The head of our own detectors: raw maps at strides 8, 16 and 32, for an input of any size."""

from __future__ import annotations

import numpy as np

from engine.detection.boxes import from_centres
from engine.detection.decoders import Candidates, Outputs, Reading, best_of, grid, logit, sigmoid
from engine.detection.signature import STRIDES, Signature

_LIMIT = 4.0  # a logarithm beyond it means a box of over 50 strides, which only a broken network says


def classes(signature: Signature) -> int | None:
    """Three outputs (1, 4 + C, height / stride, width / stride)."""
    width, height = signature.size
    shapes = signature.outputs
    if len(shapes) != len(STRIDES) or any(len(shape) != 4 for shape in shapes):
        return None
    fits = all(
        shape[0] == 1 and shape[2:] == (height // stride, width // stride)
        for shape, stride in zip(shapes, STRIDES, strict=True)
    )
    channels = {shape[1] for shape in shapes}
    return shapes[0][1] - 4 if fits and len(channels) == 1 and shapes[0][1] > 4 else None


def decode(outputs: Outputs, reading: Reading) -> Candidates:
    """xy = (cell + 1/2 + p) * stride, wh = exp(p) * stride, score = sigmoid of the class."""
    rows = np.concatenate([output[0].reshape(output.shape[1], -1) for output in outputs], axis=1)
    hopeful = np.flatnonzero(rows[4:].max(axis=0) >= logit(reading.confidence))
    found = rows[:, hopeful].T
    cells, stride = grid(reading.size)
    centre = (cells[hopeful] + np.float32(0.5) + found[:, :2]) * stride[hopeful]
    size = np.exp(np.clip(found[:, 2:4], -_LIMIT, _LIMIT)) * stride[hopeful]
    boxes = from_centres(np.concatenate([centre, size], axis=1))
    return best_of(boxes, sigmoid(found[:, 4:]), hopeful, reading.confidence)
