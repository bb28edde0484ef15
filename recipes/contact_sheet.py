"""Many small pictures with their captions on one, the wrong ones framed: to look at what a model does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

SIDE, EDGE, CAPTION = 240, 4, 16  # pixels of a tile, of its frame, of its caption
COLUMNS = 7
WRONG, RIGHT = (230, 60, 40), (40, 44, 52)  # RGB of frames


@dataclass(frozen=True)
class Tile:
    """A picture, what was said of it, and whether that was right."""

    pixels: np.ndarray  # (H, W, 3) uint8 RGB
    caption: str
    right: bool


def sheet(tiles: Sequence[Tile]) -> np.ndarray:
    """(rows, columns, 3) uint8 RGB, COLUMNS tiles a row. Raises ValueError without tiles."""
    if not tiles:
        raise ValueError("A contact sheet of no pictures was asked for.")
    drawn = [_draw(tile) for tile in tiles]
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % COLUMNS)
    return np.concatenate([np.concatenate(drawn[n : n + COLUMNS], axis=1) for n in range(0, len(drawn), COLUMNS)])


def save(tiles: Sequence[Tile], path: Path) -> None:
    """Write a sheet as a picture file."""
    ok, coded = cv2.imencode(path.suffix, cv2.cvtColor(sheet(tiles), cv2.COLOR_RGB2BGR))
    if not ok:
        raise SystemExit(f"{path} cannot be written: give a name that ends in .png or .jpg.")
    path.write_bytes(coded.tobytes())


def _draw(tile: Tile) -> np.ndarray:
    room = SIDE - 2 * EDGE
    scale = min(room / tile.pixels.shape[1], (room - CAPTION) / tile.pixels.shape[0])
    size = tuple(max(round(length * scale), 1) for length in tile.pixels.shape[1::-1])
    small = cv2.resize(tile.pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
    canvas = np.full((SIDE, SIDE, 3), RIGHT if tile.right else WRONG, np.uint8)
    canvas[EDGE:-EDGE, EDGE:-EDGE] = 0
    left = EDGE + (room - size[0]) // 2
    canvas[EDGE : EDGE + size[1], left : left + size[0]] = small
    where = (EDGE + 2, SIDE - EDGE - 4)
    cv2.putText(canvas, tile.caption, where, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return canvas
