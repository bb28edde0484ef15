"""Explanations in the pixels of the input, from gradients; pure functions over a gradient callable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from engine.jobs import Job

Gradient = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # batch -> gradients (N, H, W, C), scores (N,)
Walk = Callable[[np.ndarray, np.ndarray], np.ndarray]  # places (N,) in 0..1, weights (N,) -> weighted gradients' sum
CHUNK = 8  # images in one pass: with more, their activations leave the cache
TOGETHER = 2  # passes at a time along a path: where one cannot use all cores, the other does


@dataclass(frozen=True, slots=True)
class Path:
    """The straight way from a baseline to an image."""

    difference: np.ndarray  # (H, W, C) float32, image - baseline
    change: float  # of the score, from the baseline to the image
    walk: Walk  # place 0 is the baseline, 1 the image


@dataclass(frozen=True, slots=True)
class Integrated:
    """An integrated gradient and how well it adds up."""

    values: np.ndarray  # (H, W, C) float32
    gap: float  # |sum(values) - change of the score| / |change of the score|
    steps: int


def path_by(gradient: Gradient, image: np.ndarray, baseline: np.ndarray) -> Path:
    """The way between two images (H, W, C) for anything that has a gradient."""
    _, ends = gradient(np.stack([image, baseline]))
    difference = image - baseline

    def walk(places: np.ndarray, weights: np.ndarray) -> np.ndarray:
        batch = places[:, None, None, None] * difference
        batch += baseline
        return np.tensordot(weights, gradient(batch)[0], 1)

    return Path(difference, float(ends[0] - ends[1]), walk)


def integrated_gradients(
    path: Path, steps: int = 32, tolerance: float = 0.01, most: int = 512, job: Job = Job.silent()
) -> Integrated:
    """Integrated Gradients (Sundararajan et al. 2017, arXiv:1703.01365) along a path.

    The path integral by Gauss-Legendre quadrature, in batches. Completeness says that the values sum to the change
    of the score; while they miss it by more than `tolerance`, the steps are multiplied by four, up to `most` (or
    `steps`, if more). `tolerance` inf keeps `steps`.
    """
    while True:
        values = (_integral(path, steps, job) * path.difference).astype(np.float32)
        gap = abs(float(values.sum(dtype=np.float64)) - path.change) / max(abs(path.change), 1e-9)
        if gap <= tolerance or steps * 4 > most:
            return Integrated(values, gap, steps)
        steps *= 4


def _integral(path: Path, steps: int, job: Job) -> np.ndarray:
    """Mean gradient (H, W, C) float64 along a path."""
    places, weights = _quadrature(steps)
    total = np.zeros(path.difference.shape, np.float64)
    with ThreadPoolExecutor(TOGETHER, "path") as pool:
        for start in range(0, steps, TOGETHER * CHUNK):
            job.checkpoint()
            stop = min(start + TOGETHER * CHUNK, steps)
            parts = [slice(at, min(at + CHUNK, stop)) for at in range(start, stop, CHUNK)]
            for found in pool.map(lambda part: path.walk(places[part], weights[part]), parts):
                total += found
            job.report(stop, steps, f"Integrating, {steps} steps")
    return total


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
