import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtGui import QColor, QImage

from gui.pictures import from_qimage, to_qimage
from gui.words import percent


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_arrays_survive_the_way_through_qt(pixels):
    np.testing.assert_array_equal(from_qimage(to_qimage(pixels)), pixels)


def test_the_qimage_owns_its_memory():
    pixels = np.zeros((3, 5, 3), np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 255
    assert image.pixelColor(0, 0) == QColor(0, 0, 0)


def test_views_grey_and_alpha_are_understood():
    wide = np.arange(60, dtype=np.uint8).reshape(3, 20)
    np.testing.assert_array_equal(from_qimage(to_qimage(wide[:, ::2]))[:, :, 1], wide[:, ::2])
    clear = QImage(2, 2, QImage.Format.Format_ARGB32)
    clear.fill(QColor(0, 0, 0, 0))
    assert (from_qimage(clear) == 255).all()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "> 99%"),
        (0.9949, "99%"),
        (0.5, "50%"),
        (0.0999, "10.0%"),
        (0.034, "3.4%"),
        (0.00123, "0.12%"),
        (0, "< 0.01%"),
    ],
)
def test_probabilities_have_two_significant_digits(value, text):
    assert percent(value) == text
