"""Small folders of real image files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def paint(path: Path, colour: tuple[int, int, int], side: int = 24, mode: str = "RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(abs(hash(path.name)) % 2**32)
    pixels = np.clip(np.array(colour) + rng.integers(-20, 20, (side, side + 4, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)
    return path


@pytest.fixture
def colours(tmp_path) -> Path:
    """Two classes of eight images each, of mixed sizes and modes."""
    root = tmp_path / "colours"
    for name, colour in (("red", (200, 40, 40)), ("blue", (40, 40, 200))):
        for index in range(8):
            suffix, mode = (".png", "L") if index == 7 else (".jpg", "RGB")
            paint(root / name / f"{index}{suffix}", colour, side=20 + index, mode=mode)
    return root
