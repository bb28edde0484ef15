"""The loss of the face detector: which cells answer for a face, and how far off they are.

Cells are chosen as in task-aligned learning (Feng et al. 2021): of the cells inside a face those that already score and
fit best. The fit is measured by the complete IoU (Zheng et al. 2020); the wanted score of a cell is how well it fits.
Written in `keras.ops`, for every backend.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from recipes import backends
from recipes.yolo_face.network import STRIDES

BEST = 10  # cells that answer for a face at most
SCORE_POWER, FIT_POWER = 0.5, 6.0
LEAST_SIDE = 12.0  # pixels: a smaller face is looked for in an area of this side, so that it has cells at all
BOX_WEIGHT = 5.0
SMALL = 1e-7


@keras.saving.register_keras_serializable("recipes")
class FaceTrainer(keras.Model):
    """The network with the loss of its maps against labelled boxes."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):  # type: ignore[no-untyped-def]
        """x: images. y: (N, M, 5) of left, top, right, bottom in pixels and 1 face, 0 nothing, -1 look away."""
        return detection_loss(y_pred, y)


def detection_loss(maps: list[Any], labels: Any) -> Any:
    """Mean loss of a batch, from the maps of the three strides and labels (N, M, 5)."""
    labels = ops.convert_to_tensor(labels, "float32")
    cells, strides = _grid([_map_size(m) for m in maps])
    raw = ops.concatenate([_rows(m) for m in maps], axis=1)  # (N, A, 5)
    boxes = decode(raw, cells, strides)
    logits = raw[:, :, 4]
    faces, kinds = labels[:, :, :4], labels[:, :, 4]
    wanted, targets, quality = _assign(
        ops.stop_gradient(boxes), ops.stop_gradient(ops.sigmoid(logits)), cells, strides, faces, kinds > 0.5
    )
    ignored = _centres_inside(cells, faces) & ops.expand_dims(kinds < -0.5, 2)  # (N, M, A)
    counts = 1.0 - ops.cast(ops.any(ignored, axis=1) & (quality <= 0), "float32")
    share = ops.maximum(ops.sum(quality), 1.0)
    entropy = ops.binary_crossentropy(quality, ops.sigmoid(logits))
    misfit = (1.0 - complete_iou(boxes, targets)) * quality * ops.cast(wanted, "float32")
    return (ops.sum(entropy * counts) + BOX_WEIGHT * ops.sum(misfit)) / share


def decode(raw: Any, cells: Any, strides: Any) -> Any:
    """Corners (N, A, 4) in pixels of raw (N, A, 5): offsets from the cell's middle and log sizes, in strides."""
    middle = cells + raw[:, :, :2] * strides
    half = ops.exp(ops.clip(raw[:, :, 2:4], -4.0, 4.0)) * strides / 2
    return ops.concatenate([middle - half, middle + half], axis=2)


def complete_iou(a: Any, b: Any) -> Any:
    """IoU less the distance of the centres and the difference of the shapes, elementwise on (..., 4)."""
    iou, (enclosing_w, enclosing_h) = _overlap(a, b)
    apart = ops.square(a[..., 0] + a[..., 2] - b[..., 0] - b[..., 2]) + ops.square(
        a[..., 1] + a[..., 3] - b[..., 1] - b[..., 3]
    )
    distance = apart / 4 / (ops.square(enclosing_w) + ops.square(enclosing_h) + SMALL)
    shape = 4 / math.pi**2 * ops.square(_lean(a) - _lean(b))
    weight = ops.stop_gradient(shape / (1 - iou + shape + SMALL))
    return iou - distance - weight * shape


def _lean(boxes: Any) -> Any:
    return ops.arctan((boxes[..., 2] - boxes[..., 0]) / (boxes[..., 3] - boxes[..., 1] + SMALL))


def _overlap(a: Any, b: Any) -> tuple[Any, tuple[Any, Any]]:
    """IoU, and width and height of what encloses both."""
    width = ops.maximum(ops.minimum(a[..., 2], b[..., 2]) - ops.maximum(a[..., 0], b[..., 0]), 0.0)
    height = ops.maximum(ops.minimum(a[..., 3], b[..., 3]) - ops.maximum(a[..., 1], b[..., 1]), 0.0)
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    common = width * height
    enclosing_w = ops.maximum(a[..., 2], b[..., 2]) - ops.minimum(a[..., 0], b[..., 0])
    enclosing_h = ops.maximum(a[..., 3], b[..., 3]) - ops.minimum(a[..., 1], b[..., 1])
    return common / (area_a + area_b - common + SMALL), (enclosing_w, enclosing_h)


def _assign(boxes: Any, scores: Any, cells: Any, strides: Any, faces: Any, real: Any) -> tuple[Any, Any, Any]:
    """For every cell: whether it answers for a face (N, A), that face's box (N, A, 4), the score wanted (N, A)."""
    near = _centres_inside(cells, _at_least(faces, LEAST_SIDE)) & (ops.reshape(strides, (1, 1, -1)) <= STRIDES[0])
    possible = (near | _centres_inside(cells, faces)) & ops.expand_dims(real, 2)
    fit = _overlap(ops.expand_dims(boxes, 1), ops.expand_dims(faces, 2))[0] * ops.cast(possible, "float32")
    worth = ops.expand_dims(scores, 1) ** SCORE_POWER * fit**FIT_POWER
    last = ops.top_k(worth, BEST)[0][:, :, -1:]
    chosen = possible & (worth >= last) & (worth > 0)
    fit = fit * ops.cast(chosen, "float32")
    owner = ops.argmax(fit, axis=1)  # a cell wanted by two faces goes to the one that it fits better
    mine = ops.cast(ops.expand_dims(ops.arange(faces.shape[1]), (0, 2)) == ops.expand_dims(owner, 1), "float32")
    fit = fit * mine
    worth = worth * ops.cast(fit > 0, "float32")
    relative = worth / (ops.max(worth, axis=2, keepdims=True) + 1e-20) * ops.max(fit, axis=2, keepdims=True)
    quality = ops.max(relative, axis=1)
    targets = ops.matmul(ops.transpose(mine, (0, 2, 1)), faces)
    return quality > 0, targets, quality


def _centres_inside(cells: Any, boxes: Any) -> Any:
    """Which cells (A, 2) have their middle inside which boxes (N, M, 4): (N, M, A)."""
    x, y = cells[:, 0], cells[:, 1]
    left, top, right, bottom = (ops.expand_dims(boxes[:, :, side], 2) for side in range(4))
    return (x > left) & (x < right) & (y > top) & (y < bottom)


def _at_least(boxes: Any, side: float) -> Any:
    middle = (boxes[:, :, :2] + boxes[:, :, 2:]) / 2
    half = ops.maximum(boxes[:, :, 2:] - boxes[:, :, :2], side) / 2
    return ops.concatenate([middle - half, middle + half], axis=2)


def _grid(sizes: list[tuple[int, int]]) -> tuple[Any, Any]:
    """Middles of the cells (A, 2) and the stride of each (A, 1), in pixels, row by row."""
    middles, steps = [], []
    for (height, width), stride in zip(sizes, STRIDES, strict=True):
        y, x = ops.meshgrid(ops.arange(height), ops.arange(width), indexing="ij")
        cells = ops.stack([ops.reshape(x, (-1,)), ops.reshape(y, (-1,))], axis=1)
        middles.append((ops.cast(cells, "float32") + 0.5) * stride)
        steps.append(ops.full((height * width, 1), float(stride)))
    return ops.concatenate(middles), ops.concatenate(steps)


def _map_size(values: Any) -> tuple[int, int]:
    return tuple(values.shape[2:4] if backends.channel_axis() == 1 else values.shape[1:3])


def _rows(values: Any) -> Any:
    """A map as (N, cells, 5)."""
    if backends.channel_axis() == 1:
        values = ops.transpose(values, (0, 2, 3, 1))
    height, width = values.shape[1:3]
    return ops.reshape(values, (-1, height * width, values.shape[3]))
