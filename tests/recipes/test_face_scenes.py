"""Scenes for the face detector: boxes must stay on what they were drawn around."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recipes.yolo_face.framing import frame
from recipes.yolo_face.judging import RealScene, judge
from recipes.yolo_face.photos import Album, Photo
from recipes.yolo_face.scene import MOST, Scene
from recipes.yolo_face.scenes import SceneMaker

BOX = np.array([[150, 60, 210, 140]], np.float32)


class Drawn(Photo):
    """A photo made in memory: dark, with a bright oval where its face is said to be, if any."""

    def __init__(self, name: str, face: bool) -> None:
        super().__init__(Path(name), BOX if face else BOX[:0], BOX[:0])
        image = np.full((240, 360, 3), 20, np.uint8)
        if face:
            cv2.ellipse(image, (180, 100), (30, 40), 0, 0, 360, (250, 250, 250), -1)
        self.kept["file"] = image

    def _read(self) -> np.ndarray:
        return self.__dict__.setdefault("drawn", self.kept.get("file"))


@pytest.fixture
def maker():
    people = [Drawn(f"Faces/{n}.jpg", True) for n in range(3)]
    things = [Drawn(f"things/{n}.jpg", False) for n in range(3)]
    return SceneMaker(Album(people, [], things))


@pytest.mark.parametrize("seed", range(40))
def test_a_framed_face_lies_in_its_box(seed):
    rng = np.random.default_rng(seed)
    ground = np.full((200, 200, 3), 20, np.uint8)
    scene = frame(Drawn("Faces/a.jpg", True), (200, 200), rng, ground)
    bright = np.argwhere(scene.pixels.mean(axis=2) > 128)[:, ::-1]
    for left, top, right, bottom in (*scene.faces, *scene.ignored):
        assert bright[:, 0].min() == pytest.approx(left, abs=4)
        assert bright[:, 0].max() == pytest.approx(right, abs=4)
        assert bright[:, 1].min() == pytest.approx(top, abs=4)
        assert bright[:, 1].max() == pytest.approx(bottom, abs=4)


def test_the_same_seed_gives_the_same_scene_and_another_another(maker):
    first, again, other = (maker.batch(96, 4, seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


def test_every_kind_of_scene_is_made_and_stays_in_the_picture(maker):
    pictures, labels = maker.batch(160, 60, (0,))
    assert (pictures.dtype, pictures.shape, labels.shape) == (np.uint8, (60, 160, 160, 3), (60, MOST, 5))
    kinds = labels[:, :, 4]
    assert {-1.0, 0.0, 1.0} >= set(np.unique(kinds))
    share_with_faces = (kinds == 1).any(axis=1).mean()
    assert 0.4 < share_with_faces < 0.95
    boxes = labels[kinds != 0][:, :4]
    assert (boxes >= 0).all()
    assert (boxes <= 160).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_faces_too_small_to_read_are_looked_away_from():
    scene = Scene(np.zeros((64, 64, 3), np.uint8), np.array([[0, 0, 5, 5], [0, 0, 30, 30]], np.float32), BOX[:0])
    assert scene.labels()[:3, 4].tolist() == [1, -1, 0]


def test_boxes_are_judged_by_faces_and_by_places_left_open():
    scene = RealScene(
        "a", np.zeros((9, 9, 3), np.uint8),
        np.array([[0, 0, 40, 40], [100, 0, 110, 10]], np.float32), np.array([[200, 0, 300, 100]], np.float32), True,
    )  # fmt: skip
    empty = RealScene("b", scene.pixels, scene.faces[:0], scene.ignored[:0], False)
    found = detections([[1, 1, 41, 41], [0, 0, 40, 39], [101, 0, 111, 10], [210, 10, 250, 50], [0, 90, 9, 99]])
    on_empty = detections([[0, 0, 9, 9]])
    result = judge([scene, empty], [found, on_empty], 0.5, lambda _: 32.0)
    # one large face, found once; its second box and the one far off are wrong; the small face only counts as right
    assert (result.faces, result.hit, result.right, result.wrong) == (1, 1, 2, 3)
    assert (result.scenes_without_people, result.wrong_without_people) == (1, 1)
    assert judge([scene, empty], [found, on_empty], 0.95, lambda _: 32.0).right == 0


def detections(boxes):
    from engine.detection.detections import Detections

    count = len(boxes)
    return Detections(np.array(boxes, np.float32), np.full(count, 0.9, np.float32), np.zeros(count, np.int64))
