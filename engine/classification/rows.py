"""The outcome for one of many files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.classification.predictions import Classification
from engine.errors import EngineError

THUMBNAIL = 64  # pixels of the longer side


@dataclass(frozen=True, slots=True)
class Row:
    """An answer, or the reason why there is none."""

    path: Path
    answer: Classification | None  # without `seen`, to keep thousands of rows small
    error: EngineError | None
    thumbnail: np.ndarray | None  # (h, w, 3) uint8 RGB, at most THUMBNAIL pixels a side
    notes: tuple[str, ...] = ()
