"""Bursts: pictures taken in one go from a camera, kept together so that a network is never judged by its neighbours."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from engine.errors import InvalidSetting
from engine.files import written_aside

RATE = 10.0  # pictures a second: closer ones hardly differ
MOST = 300  # pictures of one burst
_JITTER = 0.005  # seconds by which a camera's frames come early
SIDE = 320  # pixels of the longer side that are kept
_NAME = re.compile(r"burst-(\d+)-\d+\.\w+$")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class Burst:
    """Collects pictures while a button is held."""

    def __init__(self) -> None:
        self.images: list[np.ndarray] = []
        self._last = -1.0

    def offer(self, image: np.ndarray, time_s: float) -> bool:
        """Keep an RGB uint8 image (H, W, 3) unless the last one is too recent or the burst is full; whether it did."""
        if len(self.images) >= MOST or (self.images and time_s - self._last < 1 / RATE - _JITTER):
            return False
        ratio = min(1.0, SIDE / max(image.shape[:2]))
        size = (max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio)))
        self.images.append(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        self._last = time_s
        return True

    def save(self, folder: Path, class_name: str) -> list[Path]:
        """Write the pictures as a new burst of a class below `folder`. Raises InvalidSetting for an unusable name."""
        target = folder / checked_name(class_name)
        number = 1 + max((burst_number(path) or 0 for path in target.glob("burst-*")), default=0)
        written = []
        for index, image in enumerate(self.images, 1):
            path = target / f"burst-{number:04d}-{index:03d}.jpg"
            with written_aside(path) as aside:
                Image.fromarray(image).save(aside, quality=92)
            written.append(path)
        return written


def checked_name(class_name: str) -> str:
    """A class name that can be a folder. Raises InvalidSetting."""
    name = class_name.strip()
    if not name or name.startswith(".") or _FORBIDDEN.search(name) or len(name) > 80:
        raise InvalidSetting(f"“{class_name}” cannot name a class.", "Use letters, digits, spaces and dashes.")
    return name


def burst_number(path: Path) -> int | None:
    """The number of the burst a file belongs to, or None for other files."""
    found = _NAME.search(path.name)
    return int(found.group(1)) if found else None


def groups_of(paths: tuple[Path, ...]) -> np.ndarray | None:
    """A number (N,) int64 for each file, the same within a burst; None when no file is of a burst."""
    numbers = [burst_number(path) for path in paths]
    if all(number is None for number in numbers):
        return None
    keys = [
        f"{path.parent}|{number}" if number is not None else str(path)
        for path, number in zip(paths, numbers, strict=True)
    ]
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)
