"""The loss of the face detector, on maps whose boxes are known."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from recipes.yolo_face.loss import complete_iou, detection_loss
from recipes.yolo_face.network import STRIDES

SIDE = 96
FACE = [20.0, 28.0, 52.0, 68.0]


def maps(score: float = -12.0) -> list[np.ndarray]:
    """Three maps that see nothing: boxes of one stride, no faces."""
    out = []
    for stride in STRIDES:
        one = np.zeros((1, SIDE // stride, SIDE // stride, 5), np.float32)
        one[..., 4] = score
        out.append(one)
    return out


def answer(values: list[np.ndarray], level: int, row: int, column: int, box, score: float) -> None:
    """Write a box into a cell."""
    stride = STRIDES[level]
    x, y = (box[0] + box[2]) / 2 / stride - column - 0.5, (box[1] + box[3]) / 2 / stride - row - 0.5
    size = np.log([(box[2] - box[0]) / stride, (box[3] - box[1]) / stride])
    values[level][0, row, column] = [x, y, *size, score]


def labels(*rows) -> np.ndarray:
    table = np.zeros((1, 4, 5), np.float32)
    table[0, : len(rows)] = np.array(rows, np.float32).reshape(-1, 5)
    return table


def loss(values, table) -> float:
    return float(keras.ops.convert_to_numpy(detection_loss(values, table)))


def test_nothing_to_find_and_nothing_found_costs_nothing():
    assert loss(maps(), labels()) == pytest.approx(0, abs=0.01)
    assert loss(maps(0.0), labels()) > 10


def test_the_right_box_costs_little_and_less_the_better_it_fits_and_scores():
    def cost(box, score):
        values = maps()
        answer(values, 1, 2, 2, box, score)
        return loss(values, labels([*FACE, 1]))

    perfect = cost(FACE, 12.0)
    assert perfect < 0.05
    assert perfect < cost([22, 30, 50, 66], 12.0) < cost([28, 36, 44, 60], 12.0)
    assert perfect < cost(FACE, 1.0) < cost(FACE, -3.0)


def test_a_place_to_look_away_from_is_not_punished():
    values = maps()
    answer(values, 1, 2, 2, FACE, 6.0)
    assert loss(values, labels()) > 3
    assert loss(values, labels([*FACE, -1])) < 0.05


def test_empty_rows_of_the_table_change_nothing():
    values = maps()
    answer(values, 1, 2, 2, FACE, 3.0)
    wide = np.concatenate([labels([*FACE, 1]), np.zeros((1, 9, 5), np.float32)], axis=1)
    assert loss(values, labels([*FACE, 1])) == pytest.approx(loss(values, wide), rel=1e-5)


def test_two_faces_in_one_place_each_get_an_answer():
    values = maps()
    answer(values, 1, 2, 2, FACE, 6.0)
    answer(values, 0, 5, 5, [36, 36, 52, 56], 6.0)
    both = labels([*FACE, 1], [36, 36, 52, 56, 1])
    assert loss(values, both) < loss(values, labels([*FACE, 1]))


def test_a_face_smaller_than_a_cell_is_answered_for_by_a_fine_cell():
    values = maps()
    tiny = [33.0, 33.0, 39.0, 39.0]  # holds the middle (36, 36) of a cell of stride 8
    off = [36.5, 36.5, 43.5, 43.5]  # holds no middle at all
    for box, cell in ((tiny, (4, 4)), (off, (4, 4))):
        values = maps()
        answer(values, 0, *cell, box, 12.0)
        assert loss(values, labels([*box, 1])) < 0.1


def test_the_complete_iou_is_the_iou_less_distance_and_shape():
    a = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 20]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [0, 0, 20, 10]], np.float32)
    found = keras.ops.convert_to_numpy(complete_iou(a, b))
    angle = (np.arctan(0.5) - np.arctan(2.0)) ** 2 * 4 / np.pi**2
    iou = 1 / 3
    expected = [1, 1 / 3 - 25 / (15**2 + 10**2), iou - 50 / 800 - angle**2 / (1 - iou + angle)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
