"""A picture made for training, with what is to be found in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.detection.boxes import areas

MOST = 20  # boxes of a scene
UNREADABLE = 7.5  # pixels: smaller faces are neither asked for nor punished


@dataclass(frozen=True)
class Scene:
    """A picture with what is to be found in it."""

    pixels: np.ndarray  # (S, S, 3) uint8
    faces: np.ndarray  # (N, 4) float32, pixels
    ignored: np.ndarray  # (M, 4) float32

    def labels(self) -> np.ndarray:
        """(MOST, 5): left, top, right, bottom, and 1 for a face, -1 for a place to look away from, 0 for none."""
        small = np.sqrt(areas(self.faces)) < UNREADABLE
        rows = [(*box, 1.0) for box in self.faces[~small]]
        rows += [(*box, -1.0) for box in (*self.faces[small], *self.ignored)]
        table = np.zeros((MOST, 5), np.float32)
        table[: min(len(rows), MOST)] = np.array(rows[:MOST], np.float32).reshape(-1, 5)
        return table
