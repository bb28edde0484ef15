"""Explanations by trying: hide parts of the image or of a layer, and see what the score does. No gradients needed."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.jobs import Job

Score = Callable[[np.ndarray], np.ndarray]  # batch (N, H, W, C) -> scores (N,)
CHUNK = 32  # images in one pass


def scored(score: Score, images: Callable[[int, int], np.ndarray], count: int, note: str, job: Job) -> np.ndarray:
    """Scores (count,) of images made on demand by `images(start, stop)`, in batches, with progress."""
    found = []
    for start in range(0, count, CHUNK):
        job.checkpoint()
        stop = min(start + CHUNK, count)
        found.append(score(images(start, stop)))
        job.report(stop, count, note)
    return np.concatenate(found)


def occlusion(
    score: Score, image: np.ndarray, baseline: np.ndarray, patch: int = 32, stride: int = 16, job: Job = Job.silent()
) -> np.ndarray:
    """Fall of the score when a square is hidden (Zeiler and Fergus 2014, arXiv:1311.2901); (H, W) float32.

    image, baseline: (H, W, C). A pixel gets the mean over all squares that cover it.
    """
    height, width = image.shape[:2]
    patch = min(patch, height, width)
    corners = [(top, left) for top in _starts(height, patch, stride) for left in _starts(width, patch, stride)]

    def hidden(start: int, stop: int) -> np.ndarray:
        batch = np.repeat(image[None], stop - start, axis=0)
        for row, (top, left) in zip(batch, corners[start:stop], strict=True):
            place = np.s_[top : top + patch, left : left + patch]
            row[place] = baseline[place]
        return batch

    whole = float(score(image[None])[0])
    drops = whole - scored(score, hidden, len(corners), "Hiding squares", job)
    total, covered = np.zeros((height, width)), np.zeros((height, width))
    for (top, left), drop in zip(corners, drops, strict=True):
        place = np.s_[top : top + patch, left : left + patch]
        total[place] += drop
        covered[place] += 1
    return (total / np.maximum(covered, 1)).astype(np.float32)


def rise(
    score: Score,
    image: np.ndarray,
    baseline: np.ndarray,
    masks: int = 500,
    cells: int = 7,
    keep: float = 0.5,
    seed: int = 0,
    job: Job = Job.silent(),
) -> np.ndarray:
    """Scores averaged over random soft masks that show a pixel (Petsiuk et al. 2018, arXiv:1806.07421); (H, W) float32.

    keep: chance of a cell being shown. The mean score is subtracted from every mask, so that 0 means "no matter" also
    for logits, which have no natural zero.
    """
    rng = np.random.default_rng(seed)
    height, width = image.shape[:2]
    weighted, shown_sum, total = np.zeros((height, width)), np.zeros((height, width)), 0.0
    for start in range(0, masks, CHUNK):
        job.checkpoint()
        count = min(CHUNK, masks - start)
        drawn = np.stack([_random_mask(rng, height, width, cells, keep) for _ in range(count)])
        shown = drawn[..., None]
        scores = score(shown * image + (1 - shown) * baseline)
        weighted += np.tensordot(scores.astype(np.float64), drawn, 1)
        shown_sum += drawn.sum(axis=0)
        total += float(scores.sum())
        job.report(start + count, masks, "Trying random masks")
    return ((weighted - total / masks * shown_sum) / (masks * keep)).astype(np.float32)


def score_cam(
    score: Score,
    image: np.ndarray,
    baseline: np.ndarray,
    activations: np.ndarray,
    channels: int | None = None,
    job: Job = Job.silent(),
) -> np.ndarray:
    """Contributions (h, w, K) with channel weight = rise of the score when only that channel's place is shown.

    Score-CAM (Wang et al. 2020, arXiv:1910.01279), the increase of confidence C(A_k) = f(X o H_k) - f(baseline).
    activations: (h, w, K). channels: try only that many, those of largest spread; None tries all.
    """
    spread = activations.max(axis=(0, 1)) - activations.min(axis=(0, 1))
    order = np.argsort(-spread, kind="stable")[: channels or len(spread)]
    order = order[spread[order] > 0]
    weights = np.zeros(activations.shape[-1], np.float32)
    if len(order):

        def shown(start: int, stop: int) -> np.ndarray:
            masks = np.stack([_unit(activations[..., k], image.shape[:2]) for k in order[start:stop]])[..., None]
            return masks * image + (1 - masks) * baseline

        nothing = float(score(baseline[None])[0])
        weights[order] = scored(score, shown, len(order), "Showing one channel's place at a time", job) - nothing
    return activations * weights


def ablation_cam(
    score: Score, rest: Score, activations: np.ndarray, image: np.ndarray, job: Job = Job.silent()
) -> np.ndarray:
    """Contributions (h, w, K) with channel weight = relative fall of the score when the channel is set to zero.

    Ablation-CAM (Desai and Ramaswamy 2020): w_k = (y - y_k) / |y|. rest: scores of a batch of activations.
    """
    whole = float(score(image[None])[0])

    def without(start: int, stop: int) -> np.ndarray:
        batch = np.repeat(activations[None], stop - start, axis=0)
        batch[np.arange(stop - start), :, :, np.arange(start, stop)] = 0
        return batch

    left = scored(rest, without, activations.shape[-1], "Switching channels off", job)
    return activations * ((whole - left) / max(abs(whole), 1e-9)).astype(np.float32)


def _starts(length: int, patch: int, stride: int) -> list[int]:
    """First pixels of windows that cover everything, the last one flush with the edge."""
    return sorted({*range(0, length - patch, stride), length - patch})


def _unit(channel: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A channel enlarged to (H, W) and stretched to 0..1."""
    large = cv2.resize(channel, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    low, high = large.min(), large.max()
    return (large - low) / (high - low) if high > low else np.zeros_like(large)


def _random_mask(rng: np.random.Generator, height: int, width: int, cells: int, keep: float) -> np.ndarray:
    """A coarse random grid, enlarged and shifted by up to one cell; (height, width) float32 in 0..1."""
    cell_h, cell_w = -(-height // cells), -(-width // cells)
    grid = (rng.random((cells, cells)) < keep).astype(np.float32)
    large = cv2.resize(grid, ((cells + 1) * cell_w, (cells + 1) * cell_h), interpolation=cv2.INTER_LINEAR)
    top, left = rng.integers(0, cell_h), rng.integers(0, cell_w)
    return large[top : top + height, left : left + width]
