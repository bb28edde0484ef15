"""People made from others: where their faces are afterwards, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.covering import KINDS, covered
from recipes.yolo_face.light import relit
from recipes.yolo_face.mixing import mixed, smoothed
from recipes.yolo_face.picture import Picture
from recipes.yolo_face.turning import turned
from recipes.yolo_face.varying import headless, varied

BOX = np.array((70, 60, 130, 140), np.float32)
NONE = np.zeros((0, 4), np.float32)


def marked(points: list[tuple[float, float]], radius: int = 2) -> np.ndarray:
    """Black pixels (200, 200, 3) with a white dot at each point."""
    pixels = np.zeros((200, 200, 3), np.uint8)
    for x, y in points:
        pixels[int(y) - radius : int(y) + radius + 1, int(x) - radius : int(x) + radius + 1] = 255
    return pixels


def middle_of_the_bright(pixels: np.ndarray) -> np.ndarray:
    """(x, y) weighted by brightness."""
    light = pixels.astype(float).mean(axis=2)
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    return np.array(((x * light).sum(), (y * light).sum())) / light.sum()


def test_a_head_that_is_not_turned_stays():
    pixels = np.random.default_rng(0).integers(0, 256, (25, 25, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    out, box = turned(pixels, BOX, 0, 0)
    np.testing.assert_allclose(box, BOX, atol=0.5)
    middle = np.s_[80:120, 85:115]  # towards the outline, what would be hidden behind it is replaced
    assert np.abs(out[middle].astype(int) - pixels[middle]).max() <= 3


@pytest.mark.parametrize(
    ("yaw", "pitch", "way"), [(30, 0, (1, 0)), (-30, 0, (-1, 0)), (0, 25, (0, 1)), (0, -25, (0, -1))]
)
def test_a_nose_moves_to_where_the_head_turns_by_the_sine_of_the_angle(yaw, pitch, way):
    out, box = turned(marked([(100, 100)]), BOX, yaw, pitch)
    depth = 1.45 * 30  # of the ellipsoid, in pixels
    expected = np.array(way) * depth * np.sin(np.deg2rad(abs(yaw + pitch)))
    np.testing.assert_allclose(middle_of_the_bright(out) - 100, expected, atol=2.0)
    assert ((box[:2] + box[2:]) / 2 - 100) @ np.array(way) > 3  # and the face with it


@pytest.mark.parametrize("yaw", [-50, -20, 20, 50])
def test_what_is_on_the_face_stays_in_its_box(yaw):
    for x, y in ((88, 85), (112, 85), (100, 120)):
        out, box = turned(marked([(x, y)], 1), BOX, yaw, 10)
        if out.max() > 128:  # else it was turned out of sight
            at = middle_of_the_bright(out)
            assert (at > box[:2] - 2).all()
            assert (at < box[2:] + 2).all()


def test_far_from_the_head_nothing_moves():
    pixels = np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    out, _ = turned(pixels, BOX, 45, 20)
    np.testing.assert_array_equal(out[:, :30], pixels[:, :30])
    np.testing.assert_array_equal(out[195:], pixels[195:])


def test_a_head_at_the_border_of_the_photo_can_be_turned():
    out, box = turned(np.full((50, 60, 3), 90, np.uint8), np.array((0, 0, 40, 50), np.float32), 40, -30)
    assert out.shape == (50, 60, 3)
    assert (box[2:] > box[:2]).all()


def test_a_mixed_face_changes_inside_its_box_only_and_keeps_its_light():
    rng = np.random.default_rng(2)
    pixels, other = (rng.integers(100, 156, (200, 200, 3), dtype=np.uint8) for _ in range(2))
    out = mixed(pixels, BOX, other, np.array((20, 20, 60, 90), np.float32), rng)
    outside = np.ones((200, 200), bool)
    outside[60:140, 70:130] = False
    np.testing.assert_array_equal(out[outside], pixels[outside])
    assert (out[~outside] != pixels[~outside]).any()
    assert out[~outside].mean() == pytest.approx(pixels[~outside].mean(), rel=0.03)


def test_other_light_falls_on_the_head_and_not_on_what_is_behind():
    pixels = np.full((200, 200, 3), 128, np.uint8)
    means = []
    for seed in range(20):
        out = relit(pixels, BOX, np.random.default_rng(seed))
        assert (out[:, :30] == 128).all()
        assert (out[:5] == 128).all()
        means.append(out[80:120, 85:115].mean())
    assert np.std(means) > 15  # from dark to bright


def test_a_smoothed_face_has_no_features_and_the_colour_it_had():
    pixels = np.full((200, 200, 3), 120, np.uint8)
    pixels[60:140:4, 70:130] = 200
    out = smoothed(pixels, BOX)
    assert out[85:115, 90:110].std() < pixels[85:115, 90:110].std() / 4
    assert out[85:115, 90:110].mean() == pytest.approx(pixels[85:115, 90:110].mean(), rel=0.1)


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_everything_worn_is_drawn_on_or_around_the_face(kind, monkeypatch):
    monkeypatch.setattr("recipes.yolo_face.covering.KINDS", (KINDS[kind],))
    pixels = np.full((200, 200, 3), (200, 150, 120), np.uint8)
    changed = (covered(pixels, BOX, np.random.default_rng(5)) != pixels).any(axis=2)
    assert changed[60:140, 70:130].mean() > 0.01
    assert not changed[:, :30].any()


def test_pictures_are_varied_by_chance_and_never_in_place():
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    kept = pixels.copy()
    picture = Picture(pixels, BOX[None], NONE, NONE)
    results = [varied(picture, picture, True, rng) for _ in range(30)]
    np.testing.assert_array_equal(pixels, kept)
    np.testing.assert_array_equal(picture.boxes, BOX[None])
    assert sum(result is picture for result in results) < 15
    for result in results:
        assert (result.boxes >= 0).all()
        assert (result.boxes <= 200).all()


def test_a_face_too_small_to_change_is_left_alone():
    small = Picture(np.zeros((99, 99, 3), np.uint8), np.array([[5, 5, 15, 18]], np.float32), NONE, NONE)
    assert varied(small, small, True, np.random.default_rng(0)) is small


def test_a_headless_picture_has_heads_where_the_faces_were():
    picture = Picture(np.zeros((200, 200, 3), np.uint8), BOX[None], NONE, NONE)
    result = headless(picture)
    np.testing.assert_array_equal(result.heads, BOX[None])
    assert len(result.boxes) == 0
