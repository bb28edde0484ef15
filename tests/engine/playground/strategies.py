"""Random images, kernels and settings for the property tests, and Keras as their reference."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

paddings = st.sampled_from(["valid", "same"])
kernel_sides = st.integers(1, 5)
strides = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)
# Every example builds a Keras layer, which takes milliseconds, the first time much longer.
against_keras = settings(max_examples=60, deadline=None, derandomize=True)


def normal(seed: int, *shape: int) -> np.ndarray:
    """Reproducible float32 numbers around zero."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@st.composite
def images(draw: st.DrawFn, least: int = 1, most: int = 14, channels: int = 4) -> np.ndarray:
    """(H, W, C) float32 of random sides, so that remainders of every kind occur."""
    shape = [draw(st.integers(least, most)), draw(st.integers(least, most)), draw(st.integers(1, channels))]
    return normal(draw(seeds), *shape)


def keras_result(layer, weights: list[np.ndarray], image: np.ndarray, **call) -> np.ndarray:
    """What a Keras layer with these weights makes of one image."""
    layer.build((None, *image.shape))
    if weights:
        layer.set_weights(weights)
    return np.asarray(layer(image[None], **call))[0]


def assert_equal(ours: np.ndarray, reference: np.ndarray) -> None:
    """Equal within 1e-5 of the largest magnitude, in shape and value."""
    assert ours.shape == reference.shape
    assert ours.dtype == np.float32
    scale = max(float(np.abs(reference).max(initial=0)), 1e-6)
    np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-5 * scale)
