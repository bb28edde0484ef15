"""The head of our own detectors, on boxes written into its maps by the inverted formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detection.decoders import Reading
from engine.detection.heads import HEADS, recognise
from engine.detection.signature import Signature

SIZE = (96, 64)
SHAPES = ((1, 7, 8, 12), (1, 7, 4, 6), (1, 7, 2, 3))  # three classes


def maps() -> list[np.ndarray]:
    """Nothing anywhere."""
    out = [np.zeros(shape, np.float32) for shape in SHAPES]
    for one in out:
        one[:, 4:] = -20
    return out


def decode(outputs, confidence=0.3):
    return HEADS["studio"].decode(outputs, Reading(SIZE, confidence))


def test_it_is_recognised_by_its_maps():
    head, classes = recognise(Signature(SIZE, SHAPES))
    assert (head.name, classes) == ("studio", 3)


@pytest.mark.parametrize(
    "shapes",
    [SHAPES[:2], (*SHAPES[:2], (1, 8, 2, 3)), (*SHAPES[:2], (1, 7, 2, 4)), ((1, 4, 8, 12), (1, 4, 4, 6), (1, 4, 2, 3))],
)
def test_other_maps_are_not_taken_for_it(shapes):
    assert HEADS["studio"].classes(Signature(SIZE, shapes)) is None


def test_a_box_is_read_where_it_was_written():
    outputs = maps()
    # centre (36, 28), size (32, 16), in cell (2, 1) of stride 16, whose middle is (40, 24)
    outputs[1][0, :, 1, 2] = [-4 / 16, 4 / 16, math.log(2), math.log(1), -20, -20, math.log(0.8 / 0.2)]
    found = decode(outputs)
    np.testing.assert_allclose(found.xyxy, [[20, 20, 52, 36]], atol=1e-4)
    np.testing.assert_allclose(found.score, [0.8], rtol=1e-5)
    assert found.class_id.tolist() == [2]
    assert found.cell.tolist() == [12 * 8 + 1 * 6 + 2]


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_boxes_come_from_the_confidence_on(score, confidence):
    outputs = maps()
    outputs[2][0, 4, 0, 0] = math.log(score / (1 - score))
    if abs(score - confidence) > 1e-4:
        assert len(decode(outputs, confidence).score) == (score > confidence)


def test_a_broken_network_gives_finite_boxes():
    outputs = maps()
    outputs[0][0, :, 0, 0] = [0, 0, 900, -900, 9, 0, 0]
    assert np.isfinite(decode(outputs).xyxy).all()
