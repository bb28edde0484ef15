import cv2
import numpy as np
import pytest

from engine.models.digit_image import fit_digit


def page(text: str, height=240, width=320, at=(60, 180), size=3.0, ink=40, paper=210, thickness=8) -> np.ndarray:
    canvas = np.full((height, width, 3), paper, np.uint8)
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (ink, ink, ink), thickness, cv2.LINE_AA)
    return canvas


def centre_of_mass(pixels: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(pixels.shape)
    return float((rows * pixels).sum() / pixels.sum()), float((columns * pixels).sum() / pixels.sum())


@pytest.mark.parametrize(("ink", "paper"), [(40, 210), (230, 30), (120, 190)])
@pytest.mark.parametrize("at", [(20, 90), (60, 180), (230, 220)])
def test_polarity_and_place_do_not_matter(ink, paper, at):
    reference = fit_digit(page("4")).pixels
    found = fit_digit(page("4", at=at, ink=ink, paper=paper)).pixels
    assert np.abs(found.astype(int) - reference).mean() < 8


def test_the_digit_is_laid_out_as_in_mnist():
    for text in "0123456789":
        pixels = fit_digit(page(text)).pixels
        ys, xs = np.nonzero(pixels > 100)
        assert 17 <= max(np.ptp(ys), np.ptp(xs)) + 1 <= 21
        np.testing.assert_allclose(centre_of_mass(pixels), (13.5, 13.5), atol=0.7)
        assert pixels[0].max() < 60


def test_the_window_frames_the_digit_in_the_source():
    x0, y0, x1, y1 = fit_digit(page("7", at=(200, 150))).window
    ink_y, ink_x = np.nonzero(page("7", at=(200, 150))[:, :, 0] < 100)
    assert x0 < ink_x.min() < ink_x.max() < x1
    assert y0 < ink_y.min() < ink_y.max() < y1
    assert x1 - x0 == pytest.approx(y1 - y0)


def test_uneven_light_is_removed():
    shade = np.linspace(0.35, 1.0, 320)[None, :, None]
    shaded = (page("5") * shade).astype(np.uint8)
    assert np.abs(fit_digit(shaded).pixels.astype(int) - fit_digit(page("5")).pixels).mean() < 10


def test_thin_pens_are_thickened():
    thin = fit_digit(page("2", thickness=2)).pixels
    assert (thin > 128).sum() > 0.5 * (fit_digit(page("2")).pixels > 128).sum()


def test_specks_do_not_move_the_digit():
    dirty = page("3")
    for x, y in ((10, 10), (300, 20), (290, 230)):
        cv2.circle(dirty, (x, y), 2, (60, 60, 60), -1)
    assert np.abs(fit_digit(dirty).pixels.astype(int) - fit_digit(page("3")).pixels).mean() < 3


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (300, 400)])
def test_an_empty_page_gives_an_empty_canvas(size):
    blank = fit_digit(np.full((*size, 3), 200, np.uint8))
    assert blank.pixels.shape == (28, 28)
    assert not blank.pixels.any()
    assert blank.window == (0, 0, size[1], size[0])
