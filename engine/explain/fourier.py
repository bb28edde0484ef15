"""Images as Fourier coefficients with decorrelated colours: the parametrisation whose results look natural.

Olah, Mordvintsev, Schubert, "Feature Visualization" (Distill 2017) and their library Lucid: steps on 1/f-scaled
coefficients spread over all sizes of detail, instead of piling up in the finest one.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

# Square root of the covariance of colours in ImageNet photos, as published with Lucid; rows are the decorrelated axes.
_COLOUR_ROOT = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]], np.float32)
COLOUR_BASIS = _COLOUR_ROOT / np.linalg.norm(_COLOUR_ROOT, axis=0).max()


def frequency_scale(height: int, width: int) -> np.ndarray:
    """(height, width // 2 + 1) float32: weight of each frequency, 1 / f, with the mean treated as the lowest one."""
    vertical, horizontal = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.hypot(vertical, horizontal)
    return (1 / np.maximum(frequency, 1 / max(height, width)) * np.sqrt(height * width)).astype(np.float32)


def random_coefficients(count: int, height: int, width: int, channels: int, seed: int) -> np.ndarray:
    """(count, 2, channels, height, width // 2 + 1) float32: real and imaginary parts of faint noise."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.01, (count, 2, channels, height, width // 2 + 1)).astype(np.float32)


def to_image(coefficients: tf.Tensor, scale: np.ndarray, width: int) -> tf.Tensor:
    """Images (count, height, width, channels) in 0..1 from coefficients; three channels are turned into RGB."""
    spectrum = tf.complex(coefficients[:, 0], coefficients[:, 1]) * tf.cast(scale, tf.complex64)
    height = scale.shape[0]
    planes = tf.signal.irfft2d(spectrum, fft_length=[height, width])
    values = tf.transpose(planes, [0, 2, 3, 1]) / 4.0  # Lucid's contrast
    if values.shape[-1] == 3:
        values = tf.einsum("nhwc,dc->nhwd", values, COLOUR_BASIS)
    return tf.sigmoid(values)
