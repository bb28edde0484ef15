"""Pooling and up-sampling against Keras, and the textbook results."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.playground import inputs
from engine.playground.pooling import average_pool, max_pool
from engine.playground.upsampling import upsample
from tests.engine.playground.strategies import against_keras, assert_equal, images, keras_result, paddings, strides


@against_keras
@given(images(), st.integers(1, 5), strides, paddings)
def test_pooling_equals_keras(image, size, stride, padding):
    if padding == "valid" and size > min(image.shape[:2]):
        with pytest.raises(InvalidSetting, match="has only"):
            max_pool(image, size, stride, padding)
        return
    for ours, name in ((max_pool, "MaxPooling2D"), (average_pool, "AveragePooling2D")):
        layer = getattr(keras.layers, name)(size, stride, padding)
        assert_equal(ours(image, size, stride, padding), keras_result(layer, [], image))


@against_keras
@given(images(most=7), st.integers(1, 5), st.sampled_from(["nearest", "bilinear"]))
def test_upsampling_equals_keras(image, factor, interpolation):
    layer = keras.layers.UpSampling2D(factor, interpolation=interpolation)
    assert_equal(upsample(image, factor, interpolation), keras_result(layer, [], image))


def test_ramp_pooled_is_the_textbook_result():
    ramp = inputs.from_source("ramp").values
    np.testing.assert_array_equal(max_pool(ramp, 2)[..., 0], [[6, 8], [14, 16]])
    np.testing.assert_array_equal(average_pool(ramp, 2)[..., 0], [[3.5, 5.5], [11.5, 13.5]])


def test_average_at_a_padded_corner_counts_only_the_image():
    ones = np.ones((3, 3, 1), np.float32)
    np.testing.assert_array_equal(average_pool(ones, 3, 1, "same"), ones)


def test_upsampling_refuses_unknown_words():
    with pytest.raises(InvalidSetting, match="cubic"):
        upsample(np.ones((2, 2, 1), np.float32), 2, "cubic")
    with pytest.raises(InvalidSetting, match="factor is 0"):
        upsample(np.ones((2, 2, 1), np.float32), 0)
