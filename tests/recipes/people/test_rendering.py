"""What is drawn: the right pixels, the nearest of two things, textures the right way up, light from its side."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.people.meshes import Mesh
from recipes.yolo_face.people.rendering import Layer, draw, normals

SQUARE = Mesh(np.array([[0, 1, 2], [0, 2, 3]]), np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], "f4"))
AHEAD = np.array((0.0, 0.0, 1.0))
WHITE = np.full((2, 2, 4), 255, np.uint8)


def square(left: float, top: float, side: float, near: float, kind: int, texture=WHITE, **more) -> Layer:
    """A square that faces the camera; its corners run as on a body: from the left below to the right below."""
    x0, y0, x1, y1 = left, top, left + side, top + side
    points = np.array([[x0, y1, near], [x1, y1, near], [x1, y0, near], [x0, y0, near]], np.float32)
    return Layer(points, SQUARE, texture, np.full(2, kind, np.uint8), **more)


def test_a_square_fills_its_pixels_and_no_others():
    picture, kinds = draw([square(3, 5, 10, 0, 7)], (20, 20), AHEAD, 0.0)
    expected = np.zeros((20, 20), np.uint8)
    expected[5:15, 3:13] = 7
    np.testing.assert_array_equal(kinds, expected)
    np.testing.assert_array_equal(picture[:, :, 0], (expected > 0) * np.uint8(255))


@pytest.mark.parametrize("order", [1, -1])
def test_the_nearest_is_seen(order):
    layers = [square(2, 2, 10, 0, 1), square(6, 6, 10, 5, 2)][::order]
    _, kinds = draw(layers, (20, 20), AHEAD, 1.0)
    assert (kinds[6:16, 6:16] == 2).all()
    assert (kinds[2:6, 2:12] == 1).all()


def test_textures_stand_the_right_way_up():
    texture = np.zeros((2, 2, 4), np.uint8)
    texture[..., 3] = 255
    texture[0, 0, 0], texture[1, 1, 1] = 200, 100  # red above at the left, green below at the right
    picture, _ = draw([square(0, 0, 20, 0, 1, texture)], (20, 20), AHEAD, 1.0)
    assert picture[2, 2].tolist() == [200, 0, 0]
    assert picture[17, 17].tolist() == [0, 100, 0]
    assert picture[2, 17].tolist() == [0, 0, 0]


def test_what_is_seen_through_shows_what_is_behind():
    texture = np.full((2, 2, 4), 255, np.uint8)
    texture[:, 0, 3] = 0
    _, kinds = draw([square(0, 0, 20, 0, 1), square(0, 0, 20, 5, 2, texture)], (20, 20), AHEAD, 1.0)
    assert (kinds[:, :9] == 1).all()
    assert (kinds[:, 11:] == 2).all()


def test_from_behind_only_what_has_two_sides_is_seen():
    layer = square(0, 0, 20, 0, 1)
    behind = Layer(layer.points * (-1, 1, 1) + (20, 0, 0), layer.mesh, layer.texture, layer.kinds)
    assert not draw([behind], (20, 20), AHEAD, 1.0)[1].any()
    both = Layer(behind.points, behind.mesh, behind.texture, behind.kinds, two_sided=True)
    assert draw([both], (20, 20), AHEAD, 1.0)[1].all()


def test_light_from_the_side_leaves_the_ambient_part():
    aside = np.array((1.0, 0.0, 0.0))
    picture, _ = draw([square(0, 0, 20, 0, 1)], (20, 20), aside, 0.4)
    assert (picture == 102).all()  # 0.4 of 255


def test_normals_point_at_the_camera_and_have_length_one():
    layer = square(0, 0, 20, 0, 1)
    np.testing.assert_allclose(normals(layer.points, SQUARE.triangles), [[0, 0, 1]] * 4, atol=1e-6)
