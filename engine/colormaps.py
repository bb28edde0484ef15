"""From numbers to colours: viridis for unsigned data, a diverging map symmetric about zero for signed data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

# Blue over near-white to red, after ColorBrewer's RdBu (Harrower & Brewer 2003): lightness falls evenly to both sides.
_DIVERGING = (
    (5, 48, 97), (33, 102, 172), (67, 147, 195), (146, 197, 222), (209, 229, 240), (247, 247, 247),
    (253, 219, 199), (244, 165, 130), (214, 96, 77), (178, 24, 43), (103, 0, 31),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of numbers a colour map covers."""

    low: float
    high: float
    signed: bool  # diverging and symmetric about zero

    @property
    def map(self) -> str:
        """Name of its colour map."""
        return "diverging" if self.signed else "viridis"


def scale_of(values: np.ndarray) -> Scale:
    """The range of some numbers: symmetric about zero as soon as one is negative, otherwise from 0 or their minimum.

    Infinite numbers and NaN are left out. A constant gets a range of its own size, so that nothing divides by zero.
    """
    if values.size == 0:
        return Scale(0.0, 1.0, False)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low + high):
        finite = values[np.isfinite(values)]
        return scale_of(finite)
    if low < 0:
        reach = max(-low, high)
        return Scale(-reach, reach, True)
    if high <= 0:
        return Scale(0.0, 1.0, False)
    if low == high or low < 0.5 * high:
        low = 0.0  # zero is worth seeing unless the data lie in a narrow band far from it
    return Scale(low, high, False)


def paint(values: np.ndarray, scale: Scale) -> np.ndarray:
    """Numbers (H, W) as RGB uint8 (H, W, 3); beyond the range the end colours hold, NaN takes the low one."""
    factor = 255 / (scale.high - scale.low)
    levels = np.multiply(values, np.float32(factor), dtype=np.float32)
    levels += np.float32(0.5 - scale.low * factor)
    np.clip(levels, 0, 255, out=levels)
    if not np.isfinite(levels.sum()):
        np.nan_to_num(levels, copy=False, nan=0.0)
    return cv2.applyColorMap(levels.astype(np.uint8), lookup(scale.map))


def paint_rgb(values: np.ndarray) -> np.ndarray:
    """Three channels (H, W, 3) as one colour picture: 0..1 as it is, larger ranges reduced, zero grey if signed."""
    low, high = float(values.min()), float(values.max())
    unit = 0.5 + values * (0.5 / max(-low, high)) if low < 0 else values / max(high, 1.0)
    return np.clip(unit * 255 + 0.5, 0, 255).astype(np.uint8)


@cache
def lookup(name: str) -> np.ndarray:
    """The 256 colours of a map, uint8 (256, 1, 3) RGB, as cv2.applyColorMap takes them."""
    if name == "viridis":
        ramp = np.arange(256, dtype=np.uint8)[:, None]
        table = cv2.applyColorMap(ramp, cv2.COLORMAP_VIRIDIS)[:, :, ::-1]
    else:
        stops = np.linspace(0, 255, len(_DIVERGING))
        table = np.stack([np.interp(np.arange(256), stops, channel) for channel in zip(*_DIVERGING, strict=True)], -1)
        table = table[:, None].round().astype(np.uint8)
    table = np.ascontiguousarray(table)
    table.flags.writeable = False
    return table
