"""Pixels of a photo with what is marked on them."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np


@dataclass
class Picture:
    """A photo as it is used, or one made from it."""

    pixels: np.ndarray  # (H, W, 3) uint8, RGB
    boxes: np.ndarray  # (N, 4) float32, pixels: faces
    blanks: np.ndarray  # (M, 4) float32: places to look away from
    heads: np.ndarray  # (K, 4) float32: heads without a face to see, of the size that a face would have there
    halves: list[np.ndarray] = field(default_factory=list)

    def halved(self, times: int) -> np.ndarray:
        """The pixels at half the size, so many times over."""
        while len(self.halves) < times:
            above = self.halves[-1] if self.halves else self.pixels
            size = (max(above.shape[1] // 2, 1), max(above.shape[0] // 2, 1))
            self.halves.append(cv2.resize(above, size, interpolation=cv2.INTER_AREA))
        return self.halves[times - 1] if times else self.pixels
