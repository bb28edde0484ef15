"""Batch normalisation and dropout: the two layers that behave differently in training and in use."""

from __future__ import annotations

import numpy as np

from engine.errors import InvalidSetting


def batch_normalise(
    values: np.ndarray,
    gamma: np.ndarray | float,
    beta: np.ndarray | float,
    mean: np.ndarray | float,
    variance: np.ndarray | float,
    epsilon: float = 1e-3,
) -> np.ndarray:
    """gamma * (values - mean) / sqrt(variance + epsilon) + beta.

    values: (..., C) float32; the others a number or (C,). Equal to keras.layers.BatchNormalization in inference, and
    in training when mean and variance are those of `statistics`. Raises InvalidSetting for a negative variance.
    """
    if np.any(np.asarray(variance) < 0) or epsilon <= 0:
        raise InvalidSetting(
            f"Variance is {np.min(variance):g} and epsilon {epsilon:g}.", "Variance is 0 or more, epsilon above 0."
        )
    scale = np.asarray(gamma, np.float64) / np.sqrt(np.asarray(variance, np.float64) + epsilon)
    shift = np.asarray(beta, np.float64) - np.asarray(mean, np.float64) * scale
    return values * scale.astype(np.float32) + shift.astype(np.float32)


def statistics(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and (biased) variance of each channel, two arrays (C,) float64, over everything but the last axis."""
    flat = values.reshape(-1, values.shape[-1])
    return flat.mean(axis=0, dtype=np.float64), flat.var(axis=0, dtype=np.float64)


def dropout_mask(shape: tuple[int, ...], rate: float, seed: int) -> np.ndarray:
    """Factors float32 of `shape`: 0 with probability `rate`, otherwise 1 / (1 - rate) (inverted dropout).

    Same seed, same mask. Srivastava et al. 2014. Raises InvalidSetting unless 0 <= rate < 1.
    """
    if not 0 <= rate < 1:
        raise InvalidSetting(f"The dropout rate is {rate:g}.", "It is at least 0 and below 1.")
    return (np.random.default_rng(seed).random(shape) >= rate) / np.float32(1 - rate)
