"""Explanations in the pixels of the input, from gradients; pure functions over a gradient callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.jobs import Job

Gradient = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # batch -> gradients (N, H, W, C), scores (N,)
CHUNK = 32  # images in one pass: enough to fill two cores, small in memory


@dataclass(frozen=True, slots=True)
class Integrated:
    """An integrated gradient and how well it adds up."""

    values: np.ndarray  # (H, W, C) float32
    gap: float  # |sum(values) - (score - baseline score)| / |score - baseline score|
    steps: int


def integrated_gradients(
    gradient: Gradient,
    image: np.ndarray,
    baseline: np.ndarray,
    steps: int = 32,
    tolerance: float = 0.01,
    most: int = 512,
    job: Job = Job.silent(),
) -> Integrated:
    """Integrated Gradients (Sundararajan et al. 2017, arXiv:1703.01365) of an image (H, W, C) against a baseline.

    The path integral by Gauss-Legendre quadrature, in batches. Completeness says that the values sum to the change
    of the score; while they miss it by more than `tolerance`, the steps are multiplied by four, up to `most` (or
    `steps`, if more). `tolerance` inf
    keeps `steps`.
    """
    _, ends = gradient(np.stack([image, baseline]))
    change = float(ends[0] - ends[1])
    difference = image - baseline
    while True:
        places, weights = _quadrature(steps)
        total = np.zeros(image.shape, np.float64)
        for start in range(0, steps, CHUNK):
            job.checkpoint()
            batch = places[start : start + CHUNK, None, None, None] * difference
            batch += baseline
            total += np.tensordot(weights[start : start + CHUNK], gradient(batch)[0], 1)
            job.report(min(start + CHUNK, steps), steps, f"Integrating, {steps} steps")
        values = (total * difference).astype(np.float32)
        gap = abs(float(values.sum(dtype=np.float64)) - change) / max(abs(change), 1e-9)
        if gap <= tolerance or steps * 4 > most:
            return Integrated(values, gap, steps)
        steps *= 4


def smooth_grad(
    gradient: Gradient,
    image: np.ndarray,
    samples: int = 32,
    noise: float = 0.15,
    seed: int = 0,
    job: Job = Job.silent(),
) -> np.ndarray:
    """Mean gradient over noisy copies (Smilkov et al. 2017, arXiv:1706.03825); (H, W, C) float32.

    noise: standard deviation as a share of the image's range.
    """
    rng = np.random.default_rng(seed)
    spread = noise * float(image.max() - image.min())
    total = np.zeros(image.shape, np.float64)
    for start in range(0, samples, CHUNK):
        job.checkpoint()
        count = min(CHUNK, samples - start)
        noisy = image + rng.normal(0, spread, (count, *image.shape)).astype(np.float32)
        total += gradient(noisy)[0].sum(axis=0, dtype=np.float64)
        job.report(start + count, samples, "Averaging noisy gradients")
    return (total / samples).astype(np.float32)


def strongest_channel(values: np.ndarray) -> np.ndarray:
    """(H, W) from (H, W, C): the value of largest magnitude at each pixel, with its sign (Simonyan et al. 2013)."""
    index = np.abs(values).argmax(axis=-1, keepdims=True)
    return np.take_along_axis(values, index, -1)[..., 0]


def _quadrature(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Places in 0..1 and weights that sum to 1, float32."""
    places, weights = np.polynomial.legendre.leggauss(steps)
    return ((places + 1) / 2).astype(np.float32), (weights / 2).astype(np.float32)
