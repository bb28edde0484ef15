"""Bodies: both sides of a person are changed alike, and two persons are two."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.people import meshes
from recipes.yolo_face.people.bodies import person


@pytest.mark.parametrize("seed", range(4))
def test_what_changes_the_left_side_changes_the_right_as_much(people, seed):
    changed = person(people, np.random.default_rng(seed)).points - meshes.body(people).points
    left, right = (meshes.target(people, f"ears/{side}-ear-wing-incr")[0] for side in "lr")
    assert np.abs(changed[left]).max() > 0
    np.testing.assert_allclose(changed[left], changed[right], atol=1e-6)


def test_two_persons_differ(people):
    one, other = (person(people, np.random.default_rng(seed)).points for seed in (1, 2))
    assert np.abs(one - other).max() > 0.001
