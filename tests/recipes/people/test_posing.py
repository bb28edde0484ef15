"""Where a camera puts points: nothing moves that is aimed at, turned heads swap sides, what is near is large."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.people.posing import Camera, Pose

MIDDLE = np.array((0.0, 6.0, 0.0))
NOSE = np.array((0.2, 6.5, 1.0))


STRAIGHT = Pose(0, 0, 0, 0)


def seen(points, pose=STRAIGHT, distance=1e9, aim=MIDDLE, turning=1.0):
    """turning: how far the points turn with the head, for all or for each."""
    points = np.array(points, float)
    camera = Camera(pose, MIDDLE, aim, (100.0, 80.0), 10.0, distance)
    return camera.pixels(points, np.broadcast_to(turning, len(points)))


def test_from_far_away_a_decimetre_is_as_many_pixels_everywhere():
    np.testing.assert_allclose(seen([[1, 7, 2]]), [[110, 70, 20]], atol=1e-4)


@pytest.mark.parametrize("pose", [Pose(50, 0, 0, 50), Pose(0, 30, 10, 0), Pose(-120, 20, 5, -90)])
def test_what_is_aimed_at_stays_in_the_centre(pose):
    np.testing.assert_allclose(seen([NOSE], pose, aim=NOSE)[:, :2], [[100, 80]], atol=1e-4)


def test_a_nose_goes_to_the_side_that_the_head_is_turned_to():
    np.testing.assert_allclose(seen([[0, 6, 1]], Pose(90, 0, 0, 90)), [[110, 80, 0]], atol=1e-4)
    np.testing.assert_allclose(seen([[0, 6, 1]], Pose(-90, 0, 0, -90)), [[90, 80, 0]], atol=1e-4)
    np.testing.assert_allclose(seen([[0, 6, 1]], Pose(180, 0, 0, 180)), [[100, 80, -10]], atol=1e-4)


def test_a_nose_goes_down_with_the_pitch():
    assert seen([[0, 6, 1]], Pose(0, 30, 0, 0))[0, 1] == pytest.approx(80 + 10 * np.sin(np.deg2rad(30)))


def test_the_body_stays_while_the_head_turns():
    foot, nose = seen([[1, 4, 0], [0, 6, 1]], Pose(90, 0, 0, 0), turning=[0, 1])
    np.testing.assert_allclose(foot, [110, 100, 0], atol=1e-4)
    np.testing.assert_allclose(nose, [110, 80, 0], atol=1e-4)


def test_what_turns_half_as_far_goes_half_the_way():
    halfway = seen([[0, 5.5, 1]], Pose(90, 0, 0, 0), turning=0.5)[0]
    assert halfway[0] == pytest.approx(100 + 10 * np.sin(np.deg2rad(45)))


def test_what_is_nearer_is_larger():
    near, far = seen([[1, 6, 2], [1, 6, -2]], distance=10)
    assert near[0] - 100 == pytest.approx(10 * 10 / 8)
    assert far[0] - 100 == pytest.approx(10 * 10 / 12)
