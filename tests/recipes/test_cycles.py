"""The rate of the face detector's training, and the plan that it is made for."""

from __future__ import annotations

import pytest

from recipes.yolo_face.cycles import CosineCycles
from recipes.yolo_face.rounds import FIRST, SECOND, Round, plan


def rate(rounds, step):
    return float(CosineCycles(rounds)(step))


@pytest.mark.parametrize(("cycle", "first"), [(FIRST, 0), (SECOND, 2000)])
def test_each_cycle_rises_falls_as_a_cosine_and_ends_near_nothing(cycle, first):
    rounds = [Round(64, 2, 1000, of) for of in (FIRST, FIRST, SECOND, SECOND)]
    assert rate(rounds, first) == pytest.approx(cycle.peak / 300, rel=1e-4)
    assert rate(rounds, first + 299) == pytest.approx(cycle.peak, rel=1e-4)
    assert rate(rounds, first + 1150) == pytest.approx(cycle.peak * 0.505, rel=1e-3)  # half of the way down
    assert rate(rounds, first + 1999) == pytest.approx(cycle.peak * 0.01, rel=1e-2)


def test_a_short_cycle_rises_for_a_fifth_of_it():
    rounds = [Round(64, 2, 50, FIRST)]
    assert rate(rounds, 10) == pytest.approx(FIRST.peak, rel=1e-4)
    assert rate(rounds, 9) < FIRST.peak


def test_rendered_people_come_in_the_second_cycle_only():
    assert "peopled" not in FIRST.mix
    assert SECOND.mix["peopled"] > 0.1


@pytest.mark.parametrize("cycle", [FIRST, SECOND])
def test_the_shares_of_a_mix_make_a_whole(cycle):
    assert sum(cycle.mix.values()) == pytest.approx(1)


def test_more_scale_means_more_steps_of_the_same_rounds():
    once, twice = plan(1.0), plan(2.0)
    assert [part.steps for part in twice] == [2 * part.steps for part in once]
    assert [part.side for part in twice] == [part.side for part in once]
    assert [part.cycle for part in once] == sorted((part.cycle for part in once), key=[FIRST, SECOND].index)
