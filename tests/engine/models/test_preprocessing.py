import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.models.cards import Preprocessing
from engine.models.preprocessing import FITS, SCALES, prepare

sides = st.integers(1, 300)


def gradient(height: int, width: int) -> np.ndarray:
    """Red grows with x, green with y: a pixel tells where it came from."""
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return np.stack([x, y, np.full_like(x, 50)], 2).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(sides, sides, st.sampled_from(sorted(FITS)), st.sampled_from([(32, 32), (48, 32)]), st.sampled_from([1, 3]))
def test_any_image_becomes_the_declared_input(height, width, fit, size, channels):
    if fit == "digit":
        size, channels = (28, 28), 1
    how = Preprocessing(*size, channels, fit=fit, scale="unit")
    prepared = prepare(gradient(height, width), how)
    assert prepared.tensor.shape == (*size, channels)
    assert prepared.tensor.dtype == np.float32
    assert 0 <= prepared.tensor.min() <= prepared.tensor.max() <= 1
    x0, y0, x1, y1 = prepared.window
    assert x1 > x0
    assert y1 > y0


@settings(max_examples=40, deadline=None)
@given(st.integers(40, 300), st.integers(40, 300), st.sampled_from(["crop", "cover", "stretch"]))
def test_the_window_tells_where_the_input_came_from(height, width, fit):
    image = gradient(height, width)
    prepared = prepare(image, Preprocessing(32, 32, fit=fit))
    x0, y0, x1, y1 = prepared.window
    for row, column in ((4, 4), (4, 27), (27, 4), (16, 16)):
        x = x0 + (column + 0.5) / 32 * (x1 - x0)
        y = y0 + (row + 0.5) / 32 * (y1 - y0)
        expected = image[min(int(y), height - 1), min(int(x), width - 1)]
        np.testing.assert_allclose(prepared.seen[row, column], expected, atol=12)


def test_padding_keeps_the_aspect_and_the_whole_image():
    prepared = prepare(gradient(100, 200), Preprocessing(64, 64, fit="pad"))
    assert (prepared.seen[:15] == 114).all()
    assert (prepared.seen[-15:] == 114).all()
    assert prepared.seen[32, 0, 0] < 10
    assert prepared.seen[32, -1, 0] > 245
    assert prepared.window == (0, -50, 200, 150)


def test_the_crop_is_the_published_one():
    """224 of 256: the window of a 256 x 256 image leaves 16 pixels at every side."""
    assert prepare(gradient(256, 256), Preprocessing(224, 224)).window == (16, 16, 240, 240)


@pytest.mark.slow
def test_scales_equal_those_of_keras():
    from keras.applications import mobilenet_v2, resnet50
    from keras.applications.imagenet_utils import preprocess_input

    seen = gradient(16, 16)
    batch = seen[None].astype(np.float32)
    pairs = {
        "signed": mobilenet_v2.preprocess_input(batch.copy()),
        "caffe": resnet50.preprocess_input(batch.copy()),
        "torch": preprocess_input(batch.copy(), mode="torch"),
    }
    for name, reference in pairs.items():
        np.testing.assert_allclose(SCALES[name](seen), reference[0], rtol=1e-5, atol=1e-4)


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(InvalidSetting, match="no fit “zoom”.*crop, cover"):
        prepare(gradient(9, 9), Preprocessing(8, 8, fit="zoom"))
    with pytest.raises(InvalidSetting, match="no scale “big”.*raw, unit"):
        prepare(gradient(9, 9), Preprocessing(8, 8, scale="big"))
