"""Colours of numbers: symmetric about zero when signed, never dividing by zero."""

import matplotlib
import numpy as np
import pytest

from engine.colormaps import Scale, lookup, paint, paint_rgb, scale_of


def test_signed_data_are_symmetric_about_zero():
    scale = scale_of(np.array([-1.0, 3.0]))
    assert scale == Scale(-3, 3, True)
    picture = paint(np.array([[-3.0, 0.0, 3.0]], np.float32), scale)[0].astype(int)
    assert picture[0, 2] > picture[0, 0]  # blue
    assert picture[2, 0] > picture[2, 2]  # red
    assert np.ptp(picture[1]) <= 1  # no hue at zero


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.0, 2.0], Scale(0, 2, False)),
        ([5.0, 6.0], Scale(5, 6, False)),
        ([3.0, 3.0], Scale(0, 3, False)),
        ([0.0, 0.0], Scale(0, 1, False)),
        ([np.nan, 1.0, np.inf], Scale(0, 1, False)),
        ([np.nan], Scale(0, 1, False)),
        ([], Scale(0, 1, False)),
    ],
)
def test_unsigned_scales(values, scale):
    assert scale_of(np.array(values)) == scale


def test_viridis_is_matplotlibs():
    ours = lookup("viridis")[:, 0].astype(int)
    theirs = (matplotlib.colormaps["viridis"](np.arange(256))[:, :3] * 255).round()
    assert np.abs(ours - theirs).max() <= 3


def test_paint_uses_the_ends_of_the_map():
    picture = paint(np.array([[-9, 0, 1, 9, np.nan]], np.float32), Scale(0, 1, False))[0]
    table = lookup("viridis")[:, 0]
    np.testing.assert_array_equal(picture, table[[0, 0, 255, 255, 0]])


def test_colour_pictures_keep_photos_and_show_signed_zero_as_grey():
    np.testing.assert_array_equal(paint_rgb(np.array([[[0, 0.5, 1]]], np.float32)), [[[0, 128, 255]]])
    np.testing.assert_array_equal(paint_rgb(np.array([[[-2, 0, 1]]], np.float32)), [[[0, 128, 191]]])
