"""A frame: one picture of a source with its place in time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as the source gave it; nobody writes to it after it was published."""

    image: np.ndarray  # (H, W, 3) uint8 RGB, read-only
    index: int  # 0-based position in the source
    captured_ns: int  # time.perf_counter_ns() when it arrived in this program
    time_s: float  # position in a file, or seconds since a live source was opened

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


def rgb_from_bgr(picture: np.ndarray) -> np.ndarray:
    """RGB uint8 (H, W, 3), read-only, from what OpenCV delivers: BGR, grey (H, W) or BGRA, 8 or 16 bits."""
    if picture.dtype != np.uint8:
        picture = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture.astype(np.uint8)
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    code = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}[channels]
    return sealed(cv2.cvtColor(picture, code))


def sealed(image: np.ndarray) -> np.ndarray:
    """The same array, from now on read-only, so that threads may share it."""
    image.flags.writeable = False
    return image
