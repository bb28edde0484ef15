"""Scenes for the face detector: boxes must stay on what they were drawn around."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recipes.yolo_face.framing import frame
from recipes.yolo_face.pasting import blend, paste, paste_figure
from recipes.yolo_face.people.cast import Member
from recipes.yolo_face.people.figures import Figure
from recipes.yolo_face.photos import Album, Photo
from recipes.yolo_face.rounds import SECOND
from recipes.yolo_face.scene import MOST, Scene
from recipes.yolo_face.scenes import SceneMaker

BOX = np.array([[150, 60, 210, 140]], np.float32)
BLANK = np.zeros((8, 8, 3), np.uint8)


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


FIGURE_BOX = (40.0, 30.0, 70.0, 70.0)


class Stood(Member):
    """A figure made in memory: a bright head on a dark body."""

    def figure(self) -> Figure:
        pixels = np.zeros((150, 110, 4), np.uint8)
        pixels[70:110, 5:105] = (25, 25, 25, 255)
        cv2.ellipse(pixels, (55, 50), (15, 20), 0, 0, 360, (250, 250, 250, 255), -1)
        return Figure(pixels, np.array(self.box, np.float32), self.seen)


@pytest.fixture
def maker():
    people = [Drawn(f"Faces/{n}.jpg", True) for n in range(3)]
    things = [Drawn(f"things/{n}.jpg", False) for n in range(3)]
    return SceneMaker(Album(people, [], things), [Stood(Path(), FIGURE_BOX, 1.0)])


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
    first, again, other = (maker.batch(96, 4, seed, SECOND.mix) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("kind", SECOND.mix)
def test_each_kind_of_scene_has_the_faces_that_it_should(maker, kind):
    scenes = [maker.scene(160, (seed,), {kind: 1.0}) for seed in range(20)]
    assert all(scene.pixels.shape == (160, 160, 3) for scene in scenes)
    faces = sum(len(scene.faces) for scene in scenes)
    assert faces == 0 if kind == "empty" else faces >= 10


def test_a_mix_makes_its_kinds_as_often_as_it_says(maker, monkeypatch):
    made = []
    for kind in SECOND.mix:
        monkeypatch.setattr(maker, kind, lambda side, rng, kind=kind: made.append(kind) or Scene(BLANK, BOX, BOX[:0]))
    for seed in range(1000):
        maker.scene(8, (seed,), SECOND.mix)
    for kind, share in SECOND.mix.items():
        assert made.count(kind) / 1000 == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize(("seen", "faces", "ignored"), [(1.0, True, False), (0.2, False, True), (0.0, False, False)])
def test_rendered_people_are_faces_or_in_doubt_or_nothing_by_what_is_seen_of_them(seen, faces, ignored):
    things = [Drawn(f"things/{n}.jpg", False) for n in range(3)]
    maker = SceneMaker(Album([Drawn("Faces/a.jpg", True)], [], things), [Stood(Path(), FIGURE_BOX, seen)])
    maker.single = maker.empty  # nobody but them
    scenes = [maker.peopled(160, np.random.default_rng(seed)) for seed in range(20)]
    assert any(len(scene.faces) for scene in scenes) == faces
    assert any(len(scene.ignored) for scene in scenes) == ignored


def _paste_portrait(canvas, rng):
    return paste(canvas, Drawn("Faces/a.jpg", True), True, BOX[:0], rng)


def _paste_stood(canvas, rng):
    return paste_figure(canvas, Stood(Path(), FIGURE_BOX, 1.0).figure(), BOX[:0], rng)


@pytest.mark.parametrize(("paste_one", "spare"), [(_paste_portrait, 0.15), (_paste_stood, 0.1)])
def test_a_pasted_face_lies_in_its_box(paste_one, spare):
    """Its light does, which is most of what is brighter than the dark canvas and the dark around the face."""
    placed = 0
    for seed in range(60):
        canvas = np.full((160, 160, 3), 20, np.uint8)
        box = paste_one(canvas, np.random.default_rng(seed))
        if box is None:
            assert (canvas == 20).all()
            continue
        placed += 1
        light = np.clip(canvas.mean(axis=2) - 80, 0, None)
        around = spare * (box[2:] - box[:2]).max() * np.array([-1, -1, 1, 1])
        left, top, right, bottom = (box + around).round().astype(int)
        inside = light[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
        assert inside.sum() >= 0.9 * light.sum() > 0
    assert placed > 30


@pytest.mark.parametrize("zoom", [0.1, 0.5, 2.0])
def test_a_piece_of_the_colour_below_it_is_not_seen(zoom):
    """What is seen through beside the piece is black: no rim may tell where the piece ends."""
    canvas = np.full((60, 60, 3), 200, np.uint8)
    piece = np.zeros((80, 80, 4), np.uint8)
    piece[20:60, 20:60] = (200, 200, 200, 255)
    blend(canvas, piece, np.array([[zoom, 0, 2.3], [0, zoom, 2.6]]), zoom)
    assert np.abs(canvas.astype(int) - 200).max() <= 1


def test_a_piece_covers_as_much_as_it_weighs():
    canvas = np.full((20, 20, 3), 100, np.uint8)
    piece = np.full((20, 20, 4), 200, np.uint8)
    piece[:, :, 3] = 51
    blend(canvas, piece, np.eye(2, 3), 1.0)
    assert np.abs(canvas[2:-2, 2:-2].astype(int) - 120).max() <= 1


def test_figures_do_not_stand_before_faces():
    """Neither their heads nor, where a box is placed whole, their shoulders."""
    taken = np.array([[70, 70, 90, 90]], np.float32)
    figure = Stood(Path(), FIGURE_BOX, 1.0).figure()
    hidden = []
    for seed in range(200):
        canvas = np.zeros((160, 160, 3), np.uint8)
        if paste_figure(canvas, figure, taken, np.random.default_rng(seed)) is not None:
            hidden.append((canvas[70:90, 70:90].max(axis=2) > 0).mean())  # of the face that was there
    assert len(hidden) > 30
    assert np.mean(hidden) < 0.03  # 0.11 where only the face itself is kept away


def test_every_kind_of_scene_is_made_and_stays_in_the_picture(maker):
    pictures, labels = maker.batch(160, 60, (0,), SECOND.mix)
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
