"""Figures: the same person for the same seed, a face from ahead and none from behind, boxes around what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recipes.yolo_face.people import cast, figures, meshes
from recipes.yolo_face.people.bodies import person
from recipes.yolo_face.people.figures import FACE_SEEN, NO_FACE_SEEN, TALL, drawn, face_points, figure
from recipes.yolo_face.people.posing import Pose


@pytest.fixture
def seen_from(people):
    """The same person with the head turned so far."""

    def figure_at(yaw: float, pitch: float = 0.0):
        who = person(people, np.random.default_rng(3))
        bare = replace(who, hair=[], clothes=[])
        return drawn(people, bare, Pose(yaw, pitch, 0.0, yaw), np.random.default_rng(4))

    return figure_at


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


@pytest.mark.parametrize("yaw", [60, -60])
def test_the_box_is_on_the_side_that_the_face_is_turned_to(seen_from, yaw):
    turned = seen_from(yaw)
    middle = np.flatnonzero((turned.pixels[:, :, 3] > 128).any(axis=0)).mean()
    assert np.sign((turned.box[0] + turned.box[2]) / 2 - middle) == np.sign(yaw)


def test_the_box_lies_on_what_is_drawn(seen_from):
    figure_ahead = seen_from(0)
    left, top, right, bottom = figure_ahead.box.round().astype(int)
    assert (figure_ahead.pixels[top:bottom, left:right, 3] > 128).mean() > 0.8


@pytest.mark.parametrize("processes", [1, 2])
def test_a_cast_is_read_back_as_it_was_rendered(people, tmp_path, processes):
    assert not cast.rendered(tmp_path / "figures", 3)
    cast.render(people, tmp_path / "figures", 3, 5, processes)
    assert cast.rendered(tmp_path / "figures", 3)
    assert not cast.rendered(tmp_path / "figures", 3000)  # those of a trial are not enough
    first, *others = cast.members(tmp_path / "figures")
    assert len(others) == 2
    np.testing.assert_array_equal(first.figure().pixels, figure(people, (5, 0)).pixels)
    assert first.box == pytest.approx(figure(people, (5, 0)).box)
    first.path.unlink()
    with pytest.raises(SystemExit, match="is gone"):
        first.figure()


def test_the_forecast_of_a_cast_is_that_of_its_figures(people, monkeypatch):
    clock = iter((1.0, 3.0))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert cast.forecast(people, 3000, 5, 2).startswith("3,000 people to render: about 50 minutes")
