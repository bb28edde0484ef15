"""Figures: the same person for the same seed, a face from ahead and none from behind, boxes around what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recipes.yolo_face.people import figures, meshes
from recipes.yolo_face.people.bodies import person
from recipes.yolo_face.people.figures import FACE_SEEN, NO_FACE_SEEN, TALL, drawn, face_points, figure
from recipes.yolo_face.people.meshes import Mesh, Worn
from recipes.yolo_face.people.posing import Pose


@pytest.fixture
def seen_from(people):
    """The same person with the head turned so far."""

    def figure_at(yaw: float, pitch: float = 0.0):
        who = person(people, np.random.default_rng(3))
        bare = replace(who, hair=[], clothes=[])
        return drawn(people, bare, Pose(yaw, pitch, 0.0, yaw), np.random.default_rng(4))

    return figure_at


STRAIGHT = Pose(0, 0, 0, 0)


def plate(body, low, high) -> Worn:
    """A rectangle before the body, from one corner to the other, at one depth."""
    corners = np.array([low, (high[0], *low[1:]), high, (low[0], *high[1:])], np.float32)
    mesh = Mesh(np.array([(0, 1, 2), (0, 2, 3)]), np.zeros((2, 3, 2), np.float32))
    texture = np.full((1, 1, 4), 255, np.uint8)
    return Worn(mesh, np.zeros((4, 3), int), np.tile(np.float32((1, 0, 0)), (4, 1)), corners - body[0], texture)


def test_the_same_seed_gives_the_same_person_and_another_another(people):
    first, again, other = (figure(people, seed) for seed in ((1, 2), (1, 2), (1, 3)))
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_array_equal(first.box, again.box)
    assert first.pixels.shape == other.pixels.shape
    assert (first.pixels != other.pixels).any()


def test_the_face_is_between_the_ears_from_the_chin_up(people):
    points = meshes.body(people).points
    face = points[face_points(people)]
    chin, eyes = points[:-5, 1][points[:-5, 2] > 0.9].min(), 7.4
    assert face[:, 2].min() > 0.6  # ahead of the ears
    assert face[:, 1].max() < eyes + figures.HIGH * (eyes - chin)
    assert np.ptp(face[:, 0]) == pytest.approx(1.5, abs=0.15)


def test_a_face_turns_as_one(people):
    np.testing.assert_array_equal(meshes.turning(people)[face_points(people)], 1)


def test_less_of_a_face_is_seen_the_farther_it_is_turned(seen_from):
    seen = [seen_from(yaw).seen for yaw in (0, 45, 90, 135, 180)]
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > 0.8
    assert seen[2] > NO_FACE_SEEN
    assert seen[-1] < 0.02
    assert min(seen[:2]) > FACE_SEEN


def test_the_box_is_as_high_as_the_face_from_ahead_and_narrower_from_the_side(seen_from):
    ahead, aside = seen_from(0).box, seen_from(80).box
    assert ahead[3] - ahead[1] == pytest.approx(TALL, rel=0.08)  # what is nearer is a little larger
    assert aside[2] - aside[0] < 0.85 * (ahead[2] - ahead[0])


def test_the_box_begins_below_the_hair_on_the_forehead(people):
    who = person(people, np.random.default_rng(3))
    bare = replace(who, hair=[], clothes=[])
    face = who.points[face_points(people)]
    top, chin = face[:, 1].max(), face[:, 1].min()
    boxes = []
    for low in (0.25, 0.6):  # shares of the face, from above, that a fringe covers
        fringe = plate(who.points, (-2, top - low * (top - chin), 2.2), (2, top + 1, 2.2))
        boxes.append(drawn(people, replace(bare, hair=[fringe]), STRAIGHT, np.random.default_rng(4)).box)
    free = drawn(people, bare, STRAIGHT, np.random.default_rng(4)).box
    hidden = [(box - free)[1] / (free[3] - free[1]) for box in boxes]
    assert hidden == pytest.approx([0.25, figures.EYES], abs=0.03)
    for box in boxes:
        np.testing.assert_array_equal(box[[0, 2, 3]], free[[0, 2, 3]])


@pytest.mark.parametrize("yaw", [60, -60])
def test_the_box_is_on_the_side_that_the_face_is_turned_to(seen_from, yaw):
    turned = seen_from(yaw)
    middle = np.flatnonzero((turned.pixels[:, :, 3] > 128).any(axis=0)).mean()
    assert np.sign((turned.box[0] + turned.box[2]) / 2 - middle) == np.sign(yaw)


def test_the_box_lies_on_what_is_drawn(seen_from):
    figure_ahead = seen_from(0)
    left, top, right, bottom = figure_ahead.box.round().astype(int)
    assert (figure_ahead.pixels[top:bottom, left:right, 3] > 128).mean() > 0.8
