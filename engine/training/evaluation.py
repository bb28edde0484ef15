"""Answers for a part of the data, block by block, with the loss that training minimises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.pipeline import blocks
from engine.data.preparation import Dataset
from engine.jobs import Job
from engine.training.trainer import Forward

_LEAST = 1e-7  # probabilities are kept this far from 0, as Keras does


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of N images."""

    predicted: np.ndarray  # (N,) int32
    confidence: np.ndarray  # (N,) float32, the probability of the predicted class
    loss: float  # mean cross-entropy, without weight penalties
    accuracy: float  # 0..1


def answer(
    forward: Forward, dataset: Dataset, part: np.ndarray, smoothing: float = 0.0, job: Job = Job.silent()
) -> Answers:
    """Run `forward` over the images of `part`, in order. smoothing: label smoothing of the loss."""
    predicted, confidence, losses = [], [], []
    for images, labels in blocks(dataset, part):
        job.checkpoint()
        probabilities = forward(images)
        predicted.append(probabilities.argmax(axis=1).astype(np.int32))
        confidence.append(probabilities.max(axis=1))
        losses.append(_losses(probabilities, labels, smoothing))
    guesses = np.concatenate(predicted)
    return Answers(
        guesses,
        np.concatenate(confidence).astype(np.float32),
        float(np.concatenate(losses).mean()),
        float((guesses == dataset.labels[part]).mean()),
    )


def _losses(probabilities: np.ndarray, labels: np.ndarray, smoothing: float) -> np.ndarray:
    logs = np.log(np.clip(probabilities.astype(np.float64), _LEAST, 1 - _LEAST))
    own = -logs[np.arange(len(labels)), labels]
    return own if not smoothing else (1 - smoothing) * own - smoothing * logs.mean(axis=1)
