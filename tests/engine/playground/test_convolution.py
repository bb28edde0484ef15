"""Convolution against Keras, and the textbook results."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.playground import inputs
from engine.playground.convolution import convolve, depthwise
from engine.playground.kernels import make_kernel
from engine.playground.transposed import convolve_transposed
from tests.engine.playground.strategies import (
    against_keras,
    assert_equal,
    images,
    keras_result,
    kernel_sides,
    normal,
    paddings,
    seeds,
    strides,
)

steps = st.one_of(st.tuples(strides, st.just(1)), st.tuples(st.just(1), st.integers(1, 4)))  # stride, dilation


def fits(image, kh, kw, dilation, padding):
    return padding == "same" or ((kh - 1) * dilation < image.shape[0] and (kw - 1) * dilation < image.shape[1])


@against_keras
@given(images(), kernel_sides, kernel_sides, st.integers(1, 5), steps, paddings, seeds)
def test_convolution_equals_keras(image, kh, kw, filters, step, padding, seed):
    stride, dilation = step
    kernel, bias = normal(seed, kh, kw, image.shape[2], filters), normal(seed + 1, filters)
    if not fits(image, kh, kw, dilation, padding):
        with pytest.raises(InvalidSetting, match="has only"):
            convolve(image, kernel, bias, stride, padding, dilation)
        return
    layer = keras.layers.Conv2D(filters, (kh, kw), stride, padding, dilation_rate=dilation)
    assert_equal(convolve(image, kernel, bias, stride, padding, dilation), keras_result(layer, [kernel, bias], image))


@against_keras
@given(images(), kernel_sides, kernel_sides, st.integers(1, 2), steps, paddings, seeds)
def test_depthwise_equals_keras(image, kh, kw, multiplier, step, padding, seed):
    stride, dilation = step
    if not fits(image, kh, kw, dilation, padding):
        return
    channels = image.shape[2]
    kernel, bias = normal(seed, kh, kw, channels, multiplier), normal(seed + 1, channels * multiplier)
    layer = keras.layers.DepthwiseConv2D((kh, kw), stride, padding, multiplier, dilation_rate=dilation)
    assert_equal(depthwise(image, kernel, bias, stride, padding, dilation), keras_result(layer, [kernel, bias], image))


@against_keras
@given(images(most=8), kernel_sides, kernel_sides, st.integers(1, 3), strides, paddings, seeds)
def test_transposed_convolution_equals_keras(image, kh, kw, filters, stride, padding, seed):
    kernel, bias = normal(seed, kh, kw, filters, image.shape[2]), normal(seed + 1, filters)
    layer = keras.layers.Conv2DTranspose(filters, (kh, kw), stride, padding)
    assert_equal(convolve_transposed(image, kernel, bias, stride, padding), keras_result(layer, [kernel, bias], image))


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 3), (1, 8)])
@pytest.mark.parametrize("side", [7, 11])
@pytest.mark.parametrize("channels", [1, 3, 24])
def test_large_kernels_equal_keras(side, stride, dilation, channels):
    """Every path: one filter call, a call a row, strided phases and the matrix product."""
    image, kernel = normal(1, 45, 38, channels), normal(2, side, side, channels, 2)
    layer = keras.layers.Conv2D(2, side, stride, "same", dilation_rate=dilation, use_bias=False)
    assert_equal(convolve(image, kernel, 0, stride, "same", dilation), keras_result(layer, [kernel], image))


def test_square_under_sobel_is_the_textbook_result():
    image = inputs.from_source("square").values
    result = convolve(image, make_kernel("sobel")[:, :, None, None])[..., 0]
    np.testing.assert_array_equal(result, [[3, 0, -3], [4, 0, -4], [3, 0, -3]])


def test_an_impulse_returns_the_kernel_turned():
    kernel = normal(3, 3, 3, 1, 1)
    result = convolve(inputs.from_source("impulse").values, kernel)[2:5, 2:5, 0]
    np.testing.assert_array_equal(result, kernel[::-1, ::-1, 0, 0])


def test_convolution_is_linear():
    a, b, kernel = normal(1, 9, 9, 2), normal(2, 9, 9, 2), normal(3, 3, 3, 2, 3)
    assert_equal(convolve(a, kernel) * 2 + convolve(b, kernel), convolve(a * 2 + b, kernel))


def test_stride_with_dilation_is_refused_as_in_keras():
    with pytest.raises(InvalidSetting, match="Stride is 2 and dilation is 2"):
        convolve(normal(0, 9, 9, 1), normal(0, 3, 3, 1, 1), stride=2, dilation=2)


def test_wrong_channel_count_names_both_shapes():
    with pytest.raises(InvalidSetting, match=r"\(3, 3, 2, 1\).*\(5, 5, 3\)"):
        convolve(normal(0, 5, 5, 3), normal(0, 3, 3, 2, 1))


@pytest.mark.parametrize(
    ("stride", "dilation", "padding"), [(1, 1, "same"), (2, 1, "same"), (3, 1, "valid"), (1, 4, "same")]
)
def test_bands_of_rows_join_without_a_seam(stride, dilation, padding, monkeypatch):
    """Bands of eight rows, with kernels that reach into the bands beside them."""
    monkeypatch.setattr("engine.playground.convolution._BAND", 1)
    image, kernel = normal(1, 67, 31, 3), normal(2, 5, 3, 3, 2)
    layer = keras.layers.Conv2D(2, (5, 3), stride, padding, dilation_rate=dilation, use_bias=False)
    assert_equal(convolve(image, kernel, 0, stride, padding, dilation), keras_result(layer, [kernel], image))
