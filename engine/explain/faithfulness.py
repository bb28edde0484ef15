"""Is the map true? Take away or bring in what it marks, and see whether the model cares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.jobs import Job

Probability = Callable[[np.ndarray], np.ndarray]  # batch (N, H, W, C) -> probability of the class (N,)
CHUNK = 32
RANDOM_ORDERS = 3

CAVEATS = {
    "curves": "Half-hidden images are unlike any photo the model knows, so both curves also measure surprise.",
    "keep": "The black part around what is kept is itself something the model reacts to.",
    "pointing": "Says whether the map fits your box, not whether the model needs what is in it.",
    "randomised": "A map that changes with the weights can still be wrong; one that does not change says"
    " nothing about what was learned.",
}


@dataclass(frozen=True, slots=True)
class Curves:
    """Probability of the class while pixels are deleted or inserted in the order of a map (Petsiuk et al. 2018)."""

    share: np.ndarray  # (steps + 1,) float32: share of the pixels changed, 0..1
    deletion: np.ndarray  # (steps + 1,) float32: probability while the strongest pixels go first
    insertion: np.ndarray  # (steps + 1,) float32: probability while the strongest pixels come first
    random_deletion: np.ndarray  # the same in random orders, their mean
    random_insertion: np.ndarray

    @property
    def deletion_auc(self) -> float:
        """Area under the deletion curve, 0..1; lower than random is better."""
        return area(self.deletion)

    @property
    def insertion_auc(self) -> float:
        """Area under the insertion curve, 0..1; higher than random is better."""
        return area(self.insertion)

    @property
    def random_deletion_auc(self) -> float:
        """Area under the random deletion curve."""
        return area(self.random_deletion)

    @property
    def random_insertion_auc(self) -> float:
        """Area under the random insertion curve."""
        return area(self.random_insertion)


@dataclass(frozen=True, slots=True)
class Kept:
    """Confidence when only the marked part is kept (Chattopadhay et al. 2018)."""

    before: float  # probability of the class on the whole image
    after: float  # and on the part that the map keeps

    @property
    def drop(self) -> float:
        """Share of the confidence that is lost, 0..1."""
        return max(0.0, self.before - self.after) / self.before if self.before > 0 else 0.0

    @property
    def increased(self) -> bool:
        """Whether the model is surer without the rest."""
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Pointing:
    """The pointing game (Zhang et al. 2016) and its energy form (Wang et al. 2020)."""

    hit: bool  # whether the strongest place lies in the box
    energy: float  # share of the positive map inside the box, 0..1
    area: float  # share of the image inside the box: what a map without preference would have


def curves(
    probability: Probability,
    image: np.ndarray,
    hidden: np.ndarray,
    start: np.ndarray,
    values: np.ndarray,
    steps: int = 28,
    seed: int = 0,
    job: Job = Job.silent(),
) -> Curves:
    """Deletion and insertion curves of a map against random orders of the same map's cells.

    image, hidden, start: (H, W, C) inputs of the network: whole; what replaces deleted pixels; where insertion begins
    (usually blurred). values: (h, w) map, enlarged bilinearly to order the pixels.
    """
    rng = np.random.default_rng(seed)
    shuffled = [rng.permutation(values.ravel()).reshape(values.shape) for _ in range(RANDOM_ORDERS)]
    ranks = [_ranks(order, image.shape[:2]) for order in (values, *shuffled)]
    share = np.linspace(0, 1, steps + 1, dtype=np.float32)
    found: list[np.ndarray] = []
    for index, rank in enumerate(ranks):
        for begin, end in ((image, hidden), (start, image)):
            found.append(_curve(probability, rank, share, begin, end, job))
        job.report(index + 1, len(ranks), "Deleting and inserting pixels")
    deleted, inserted = found[2::2], found[3::2]
    return Curves(share, found[0], found[1], np.mean(deleted, axis=0), np.mean(inserted, axis=0))


def keep_only(probability: Probability, image: np.ndarray, black: np.ndarray, values: np.ndarray) -> Kept:
    """Multiply the image with the positive map scaled to 0..1, and ask again; (H, W, C), (h, w)."""
    mask = _resized(np.maximum(values, 0), image.shape[:2])[..., None]
    mask = mask / mask.max() if mask.max() > 0 else mask
    before, after = probability(np.stack([image, mask * image + (1 - mask) * black]))
    return Kept(float(before), float(after))


def pointing(values: np.ndarray, box: tuple[float, float, float, float]) -> Pointing:
    """Whether a map (H, W) on the image's pixels points into a box x0, y0, x1, y1; x1 and y1 exclusive."""
    height, width = values.shape
    x0, y0, x1, y1 = (round(side) for side in box)
    place = np.s_[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    positive = np.maximum(values, 0)
    total = float(positive.sum(dtype=np.float64))
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    inside = float(positive[place].sum(dtype=np.float64)) / total if total > 0 else 0.0
    return Pointing(bool(y0 <= row < y1 and x0 <= column < x1), inside, positive[place].size / values.size)


def area(curve: np.ndarray) -> float:
    """Area under equally spaced values over 0..1, by trapezoids."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two maps of one shape; 0 when one of them is constant."""
    ranks = [_mean_ranks(values.ravel()) for values in (first, second)]
    centred = [rank - rank.mean() for rank in ranks]
    length = np.linalg.norm(centred[0]) * np.linalg.norm(centred[1])
    return float(centred[0] @ centred[1] / length) if length > 0 else 0.0


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks of values (N,), equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[inverse]


def _curve(
    probability: Probability, rank: np.ndarray, share: np.ndarray, begin: np.ndarray, end: np.ndarray, job: Job
) -> np.ndarray:
    """Probabilities while pixels of rank below each share (0..1) turn from `begin` to `end`."""
    parts = []
    for first in range(0, len(share), CHUNK):
        job.checkpoint()
        turned = rank[None] < share[first : first + CHUNK, None, None]
        parts.append(probability(np.where(turned[..., None], end, begin).astype(np.float32)))
    return np.concatenate(parts).astype(np.float32)


def _ranks(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Place of each pixel in the order of the enlarged map, strongest first, as a share in 0..1."""
    large = _resized(values, size).ravel()
    ranks = np.empty(large.size, np.float32)
    ranks[np.argsort(-large, kind="stable")] = np.arange(large.size, dtype=np.float32) / large.size
    return ranks.reshape(size)


def _resized(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(values.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
