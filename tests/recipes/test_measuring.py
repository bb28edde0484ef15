"""How the figures of the face detector's card are counted, and where its working point is."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from engine.detection.detections import Detections
from recipes.yolo_face.judging import RealScene, read_scenes
from recipes.yolo_face.measuring import LEAST, Measured
from recipes.yolo_face.photos import BOXES

NOWHERE = np.zeros((0, 4), np.float32)


def scene(faces: list[list[float]], ignored: list[list[float]] | None = None, people: bool = True) -> RealScene:
    pixels = np.zeros((200, 200, 3), np.uint8)
    return RealScene("x", pixels, np.array(faces, np.float32).reshape(-1, 4), _boxes(ignored or []), people)


def _boxes(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def found(boxes: list[list[float]], scores: list[float]) -> Detections:
    return Detections(_boxes(boxes), np.array(scores, np.float32), np.zeros(len(scores), np.int64))


def measured(scenes: list[RealScene], boxes: list[Detections], shrinking: float = 2.0) -> Measured:
    return Measured(scenes, boxes, [shrinking] * len(scenes), [5.0, 9.0])


LARGE, SMALL, OTHER = [10, 10, 60, 60], [100, 100, 120, 120], [150, 10, 190, 50]


def test_small_faces_are_right_but_not_asked_for():
    counts = measured([scene([LARGE, SMALL])], [found([LARGE, SMALL], [0.9, 0.8])]).in_picture(0.5)
    assert (counts.faces, counts.hit, counts.right, counts.wrong) == (1, 1, 2, 0)


def test_within_a_range_of_sizes_small_boxes_count_neither_way():
    boxes = [LARGE, SMALL, OTHER, [100, 150, 110, 160], [150, 150, 160, 160]]
    counts = measured([scene([LARGE, SMALL])], [found(boxes, [0.9, 0.8, 0.7, 0.6, 0.5])]).in_picture(0.5)
    assert (counts.right, counts.wrong) == (2, 3)
    assert (counts.hit, counts.wrong_large) == (1, 1)
    assert (counts.precision, counts.precision_large) == (0.4, 0.5)


def test_at_the_input_faces_are_as_small_as_the_network_sees_them():
    one = measured([scene([LARGE])], [found([LARGE], [0.9])])
    assert np.sqrt(50 * 50) > LEAST
    assert one.in_picture(0.5).faces == 1
    assert one.at_input(0.5).faces == 0  # 25 pixels there


def test_boxes_in_places_left_open_count_neither_way():
    counts = measured([scene([], [OTHER])], [found([OTHER, LARGE], [0.9, 0.8])]).in_picture(0.5)
    assert (counts.right, counts.wrong) == (0, 1)


def test_a_face_is_given_away_once_and_to_the_best():
    shifted = [14, 10, 64, 60]
    counts = measured([scene([LARGE])], [found([shifted, LARGE], [0.9, 0.8])]).in_picture(0.5)
    assert (counts.hit, counts.right, counts.wrong) == (1, 1, 1)


def test_false_boxes_are_counted_where_there_are_no_people():
    scenes = [scene([], people=False), scene([LARGE])]
    counts = measured(scenes, [found([LARGE], [0.9]), found([OTHER], [0.9])]).in_picture(0.5)
    assert counts.false_boxes == 1.0
    assert counts.wrong == 2


def test_the_working_point_is_the_least_score_that_is_precise_enough():
    # 20 right boxes from 0.9 to 0.52, one wrong at 0.4, another at 0.3: 20 of 21 are enough, 20 of 22 are not
    scenes = [scene([LARGE]) for _ in range(20)] + [scene([])]
    boxes = [found([LARGE], [0.9 - 0.02 * k]) for k in range(20)] + [found([LARGE, OTHER], [0.4, 0.3])]
    assert measured(scenes, boxes, 1.0).working_point() == pytest.approx(0.31, abs=0.011)


def test_at_the_working_point_small_boxes_are_right_too():
    # the wrong box is 40 pixels large in the picture and 20 as the network sees it
    scenes = [scene([[10, 10, 110, 110]]) for _ in range(18)] + [scene([])]
    boxes = [found([[10, 10, 110, 110]], [0.9])] * 18 + [found([OTHER], [0.4])]
    counts = measured(scenes, boxes)
    assert (counts.at_input(0.3).precision_large, counts.at_input(0.3).precision) == (1.0, 18 / 19)
    assert counts.working_point() == pytest.approx(0.41, abs=0.011)


def test_at_the_working_point_scenes_without_people_stay_empty():
    scenes = [scene([LARGE]) for _ in range(20)] + [scene([], people=False)] * 10
    boxes = [found([LARGE], [0.9])] * 20 + [found([SMALL], [0.6])] + [found([], [])] * 9  # one box is too many
    assert measured(scenes, boxes, 1.0).working_point() == pytest.approx(0.61, abs=0.011)


def test_where_nothing_is_precise_enough_scores_stay_as_they_are():
    assert measured([scene([])], [found([LARGE], [0.99])]).working_point() == 0.25


def test_a_listed_picture_that_is_missing_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"is not there: boxes_real\.csv lists it"):
        read_scenes({"photos": tmp_path})


def test_no_picture_that_is_measured_with_was_learnt_from(shared):
    """Neither as a file nor as another copy of the same photo."""
    folders = {"coco_val": shared / "data/coco256/images/val2017", "photos": shared / "photos"}
    scenes = read_scenes({**folders, "video": shared / "videos"})
    train = shared / "data/coco256/images/train2017"
    with BOXES.open(encoding="utf-8") as file:
        learnt = sorted({row["file"] for row in csv.DictReader(file) if row["set"] == "coco_train"})
    assert len(learnt) > 100
    ours = np.stack([_fingerprint(one.pixels[:, :, ::-1]) for one in scenes])
    theirs = np.stack([_fingerprint(cv2.imread(str(train / name), cv2.IMREAD_REDUCED_COLOR_4)) for name in learnt])
    assert (ours @ theirs.T).max() < 0.95
    among = ours @ ours.T
    films = np.array(["#" in one.name for one in scenes])  # frames of one film may well be alike
    np.fill_diagonal(among, 0)
    assert among[~films][:, ~films].max() < 0.95


def _fingerprint(image: np.ndarray) -> np.ndarray:
    """A picture made tiny, as a vector of length 1 around 0: its product with another is their correlation."""
    tiny = cv2.resize(image, (24, 24), interpolation=cv2.INTER_AREA).astype(float).ravel()
    tiny -= tiny.mean()
    return tiny / np.linalg.norm(tiny)
