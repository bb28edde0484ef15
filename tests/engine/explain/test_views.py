import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.explain.views import Look, blend_classes, colour_table, draw, place, robust_limit, value_at


def ramp(height=4, width=6):
    return np.linspace(-1, 2, height * width, dtype=np.float32).reshape(height, width)


def test_a_map_over_the_whole_image_is_enlarged_as_cv2_does():
    placed = place(ramp(), (0, 0, 60, 40), (40, 60))
    exact = cv2.resize(ramp(), (60, 40), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(placed.values, exact, atol=0.02)  # warpAffine works in 1/32 of a pixel


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 60), st.integers(5, 60), st.integers(0, 20), st.integers(0, 20))
def test_a_map_lies_in_its_window_and_nowhere_else(height, width, top, left):
    values = np.ones((3, 3), np.float32)
    placed = place(values, (left, top, left + width, top + height), (100, 100))
    assert placed.inside.sum() == height * width
    np.testing.assert_allclose(placed.values[top : top + height, left : left + width], 1)
    assert placed.values.sum() == pytest.approx(height * width)
    assert value_at(placed, left, top) == pytest.approx(1)
    assert value_at(placed, left + width, top + height) is None


def test_a_window_beyond_the_image_is_cut():
    placed = place(np.ones((2, 2), np.float32), (-10, 0, 30, 40), (40, 20))
    assert placed.inside.all()


def test_levels_mean_what_the_legend_says():
    placed = place(np.array([[-2, 0, 1, 4]], np.float32), (0, 0, 4, 1), (1, 4))
    assert placed.levels.tolist() == [[0, 0, 63, 255]]
    assert placed.signed_levels.tolist() == [[64, 128, 159, 255]]
    assert (placed.highest, placed.strongest) == (4, 4)
    shared = place(np.array([[1.0]], np.float32), (0, 0, 1, 1), (1, 1), limit=2.0)
    assert shared.levels.tolist() == [[127]]
    assert (shared.top, shared.bound, shared.highest) == (2, 2, 1)


def test_outliers_do_not_dim_a_map_of_pixels():
    values = np.full((40, 40), 0.5, np.float32)
    values[3, 3] = 100
    assert robust_limit(values) == 0.5
    assert robust_limit(np.zeros((4, 4))) is None


def test_drawing_never_changes_what_it_was_given():
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    kept, placed = image.copy(), place(ramp(), (0, 0, 60, 40), (40, 60))
    for mode in ("original", "heatmap", "overlay"):
        for signed in (False, True):
            picture = draw(image, placed, Look(mode, signed, threshold=0.3, contour=True))
            assert picture.shape == image.shape
            assert picture.dtype == np.uint8
    np.testing.assert_array_equal(image, kept)


def test_opacity_and_threshold():
    image = np.full((40, 60, 3), 100, np.uint8)
    placed = place(ramp(), (0, 0, 60, 40), (40, 60))
    assert (draw(image, placed, Look(opacity=0)) == 100).all()
    np.testing.assert_array_equal(draw(image, placed, Look(opacity=1)), colour_table("inferno")[placed.levels])
    above = draw(image, placed, Look(opacity=1, threshold=0.5))
    changed = (above != 100).any(axis=-1)
    assert not changed[placed.levels < 127].any()
    assert changed[placed.levels > 129].all()


def test_outside_the_window_the_picture_stays():
    image = np.full((40, 60, 3), 100, np.uint8)
    placed = place(np.ones((2, 2), np.float32), (10, 10, 30, 30), (40, 60))
    picture = draw(image, placed, Look(opacity=1))
    assert (picture[~placed.inside] == 100).all()
    assert not (draw(image, placed, Look("heatmap"))[~placed.inside]).any()


def test_an_empty_map_leaves_the_image():
    image = np.full((8, 8, 3), 100, np.uint8)
    placed = place(np.zeros((2, 2), np.float32), (0, 0, 8, 8), (8, 8))
    assert not placed.levels.any()
    assert (draw(image, placed, Look(opacity=1, signed=True, threshold=0.1)) == 100).all()


def test_the_default_colours_rise_evenly_in_lightness():
    lab = cv2.cvtColor(colour_table(Look().colours)[None], cv2.COLOR_RGB2LAB)[0, :, 0].astype(int)
    assert (np.diff(lab) >= 0).mean() > 0.99
    with pytest.raises(InvalidSetting, match="no colour map “grey-ish”"):
        colour_table("grey-ish")


def test_several_classes_keep_their_own_colours():
    image = np.zeros((4, 4, 3), np.uint8)
    one = place(np.array([[1, 0], [0, 0]], np.float32), (0, 0, 4, 4), (4, 4), 1.0)
    two = place(np.array([[0, 0], [0, 1]], np.float32), (0, 0, 4, 4), (4, 4), 1.0)
    picture = blend_classes(image, [one, two], np.array([[255, 0, 0], [0, 255, 0]], np.uint8), 1.0)
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert picture[3, 3].tolist() == [0, 255, 0]


def test_repainting_1080p_takes_one_frame_at_most():
    image = np.random.default_rng(0).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    placed = place(ramp(7, 7), (240, 0, 1680, 1080), (1080, 1920))
    draw(image, placed, Look())
    times = []
    for index in range(9):
        started = time.perf_counter()
        draw(image, placed, Look(opacity=index / 10, threshold=index / 20))
        times.append(time.perf_counter() - started)
    assert min(times) < 0.016  # the benchmark prints the median; other processes share this machine
