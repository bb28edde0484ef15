"""Scenes for the face detector: boxes must stay on what they were drawn around."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recipes.yolo_face.framing import frame
from recipes.yolo_face.pasting import paste
from recipes.yolo_face.photos import Album, Photo
from recipes.yolo_face.scene import MOST, Scene
from recipes.yolo_face.scenes import RECIPES, SceneMaker

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
    assert len(bright) > 10  # it is aimed at
    (left, top, right, bottom), *others = (*scene.faces, *scene.ignored)
    assert not others
    assert bright[:, 0].min() == pytest.approx(left, abs=4)
    assert bright[:, 0].max() == pytest.approx(right, abs=4)
    assert bright[:, 1].min() == pytest.approx(top, abs=4)
    assert bright[:, 1].max() == pytest.approx(bottom, abs=4)


def test_the_same_seed_gives_the_same_scene_and_another_another(maker):
    first, again, other = (maker.batch(96, 4, seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("kind", range(len(RECIPES)))
def test_each_kind_of_scene_has_the_faces_that_it_should(maker, kind):
    make = RECIPES[kind][1]
    scenes = [make(maker, 160, np.random.default_rng(seed)) for seed in range(20)]
    assert all(scene.pixels.shape == (160, 160, 3) for scene in scenes)
    faces = sum(len(scene.faces) for scene in scenes)
    assert faces == 0 if make is SceneMaker.empty else faces >= 10


def test_a_pasted_face_lies_in_its_box():
    """Its light does, which is most of what is brighter than the dark canvas and the dark around the face."""
    placed = 0
    for seed in range(60):
        canvas = np.full((160, 160, 3), 20, np.uint8)
        box = paste(canvas, Drawn("Faces/a.jpg", True), True, BOX[:0], np.random.default_rng(seed))
        if box is None:
            assert (canvas == 20).all()
            continue
        placed += 1
        light = np.clip(canvas.mean(axis=2) - 80, 0, None)
        left, top, right, bottom = (
            (box + 0.15 * (box[2:] - box[:2]).max() * np.array([-1, -1, 1, 1])).round().astype(int)
        )
        inside = light[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
        assert inside.sum() >= 0.9 * light.sum() > 0
    assert placed > 30


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
