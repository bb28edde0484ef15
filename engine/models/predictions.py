"""Classes and how strongly a network is for them, from its logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Prediction:
    """One class and how strongly the network is for it."""

    label: str
    index: int
    probability: float  # 0..1
    logit: float


def probabilities_of(logits: np.ndarray, activation: str) -> np.ndarray:
    """Probabilities (N, units) float32 from logits, by "softmax" over the units or "sigmoid" each by itself."""
    values = logits.astype(np.float64)
    if activation == "sigmoid":
        return (1 / (1 + np.exp(-np.clip(values, -500, 500)))).astype(np.float32)
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)


def two_sided(logits: np.ndarray) -> np.ndarray:
    """Logits (N, 2) for one sigmoid unit (N, 1): the second class is for, the first against."""
    return np.concatenate([-logits, logits], axis=1)


def strongest(logits: np.ndarray, probabilities: np.ndarray, names: Sequence[str], top: int) -> tuple[Prediction, ...]:
    """The `top` classes of one row, by logit since probabilities can round to the same 1.0 or 0.0."""
    top = min(top, len(logits))
    chosen = np.argpartition(-logits, top - 1)[:top]
    chosen = chosen[np.argsort(-logits[chosen], kind="stable")]
    return tuple(Prediction(names[i], int(i), float(probabilities[i]), float(logits[i])) for i in chosen)
