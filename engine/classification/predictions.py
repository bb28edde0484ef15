"""What a classifier says about one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.models.predictions import Prediction
from engine.models.preprocessing import Window


@dataclass(frozen=True, slots=True)
class Classification:
    """The whole answer for one image."""

    predictions: tuple[Prediction, ...]  # the strongest first, as many as were asked for
    probabilities: np.ndarray  # (classes,) float32
    logits: np.ndarray  # (classes,) float32
    seen: np.ndarray | None  # (height, width, channels) uint8: what the network was given; None in tables
    window: Window  # the part of the source it was given, x0, y0, x1, y1 in pixels
