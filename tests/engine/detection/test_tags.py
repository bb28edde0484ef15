from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detection.drawing import LINE_COLOUR, ZONE_COLOUR, class_colour
from engine.detection.tags import Tags, ink


def picture() -> np.ndarray:
    return np.full((480, 640, 3), 90, np.uint8)


def overlap(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_a_tag_stands_above_its_box_in_its_colour():
    image = picture()
    left, top, right, bottom = Tags(image, 1.0).draw("cat 0.90", (100, 200, 300, 400), (10, 200, 30))
    assert (left, bottom) == (100, 200)
    assert image[top + 1, left + 1].tolist() == [10, 200, 30]
    assert (image[top:bottom, left:right] != (10, 200, 30)).any()


def test_a_second_tag_finds_a_place_of_its_own():
    tags = Tags(picture(), 1.0)
    box = (100, 200, 300, 400)
    areas = [tags.draw(text, box, (10, 200, 30)) for text in ("cup 0.79", "dining table 0.70", "bowl 0.30")]
    assert not any(overlap(a, b) for i, a in enumerate(areas) for b in areas[:i])


@given(st.tuples(*[st.floats(-900, 1500)] * 4), st.text("ab #", min_size=1, max_size=20))
def test_a_tag_is_always_in_the_picture(box, text):
    left, top, right, bottom = Tags(picture(), 1.0).draw(text, box, (1, 2, 3))
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 480


@pytest.mark.parametrize("colour", [LINE_COLOUR, ZONE_COLOUR, *map(class_colour, range(80))])
def test_words_can_be_read_on_every_colour(colour):
    def luminance(rgb) -> float:
        shares = np.array(rgb) / 255
        return float(
            np.where(shares <= 0.03928, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
        )

    high, low = sorted((luminance(colour), luminance(ink(colour))), reverse=True)
    assert (high + 0.05) / (low + 0.05) > 4.2
