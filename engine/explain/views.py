"""From a raw map to a picture: place, scale, colour, blend. Pure functions; none of them asks the model again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from engine.errors import InvalidSetting
from engine.models.preprocessing import Window

POSITIVE_MAPS = ("inferno", "viridis", "magma", "cividis", "jet")  # all but jet perceptually uniform
SIGNED_MAPS = ("RdBu_r", "coolwarm", "PuOr_r")  # neutral at zero
LEVELS = 256
DOMINANCE = 6  # power of the shares in a picture of several classes: the strongest keeps its colour, no grey mixture


@dataclass(frozen=True, slots=True)
class Look:
    """How a map is shown; changing it never computes the map again."""

    mode: str = "overlay"  # "original", "heatmap" or "overlay"
    signed: bool = False  # also what speaks against; else only what is above zero
    colours: str = "inferno"
    signed_colours: str = "RdBu_r"
    opacity: float = 0.5
    threshold: float = 0.0  # share of the strongest value below which nothing is drawn
    contour: bool = False  # a line around what is above half of the strongest value


DEFAULT = Look()


@dataclass(frozen=True, slots=True)
class Placed:
    """A map enlarged to the source image, quantised once so that repainting is a table look-up."""

    values: np.ndarray  # (H, W) float32, raw; 0 outside the window
    levels: np.ndarray  # (H, W) uint8: 255 is the strongest positive value
    signed_levels: np.ndarray  # (H, W) uint8: 128 is zero, 255 and 1 are plus and minus the strongest
    inside: np.ndarray  # (H, W) bool: where the network looked at all
    strongest: float  # of |values|
    highest: float  # of values
    top: float  # value of the last colour
    bound: float  # plus and minus this are the ends of the signed colours


def place(values: np.ndarray, window: Window, size: tuple[int, int], limit: float | None = None) -> Placed:
    """Enlarge a map (h, w) bilinearly to the window it covers of an image of `size` (height, width) pixels.

    limit: value of the strongest colour, to show several maps on one scale; default each map's own.
    """
    large, inside = _enlarged(values, window, size)
    highest = float(values.max(initial=0))
    strongest = float(np.abs(values).max(initial=0))
    top, bound = (limit, limit) if limit else (highest, strongest)
    levels = np.clip(large * np.float32(255 / top if top > 0 else 0), 0, 255).astype(np.uint8)
    signed = np.clip(large * np.float32(127 / bound if bound > 0 else 0) + 128, 1, 255).astype(np.uint8)
    return Placed(large, levels, signed, inside, strongest, highest, top, bound)


def robust_limit(values: np.ndarray) -> float | None:
    """The value that 99.5% of a map's magnitudes do not exceed, for maps in which few pixels outshine all others.

    None when it is zero: then the map's own maximum has to do.
    """
    limit = float(np.percentile(np.abs(values), 99.5))
    return limit if limit > 0 else None


def draw(image: np.ndarray, placed: Placed, look: Look) -> np.ndarray:
    """The picture (H, W, 3) uint8 for an RGB image (H, W, 3) and a map placed on it."""
    if look.mode == "original":
        return image
    levels = placed.signed_levels if look.signed else placed.levels
    table = colour_table(look.signed_colours if look.signed else look.colours)
    coloured = _coloured(levels, table)
    if look.mode == "overlay":
        coloured = cv2.addWeighted(coloured, look.opacity, image, 1 - look.opacity, 0)
    picture = _where_shown(image, coloured, placed, look)
    return _with_contour(picture, placed, look) if look.contour else picture


def value_at(placed: Placed, x: int, y: int) -> float | None:
    """Raw value of the map at a pixel of the image; None outside what the network saw."""
    height, width = placed.values.shape
    if not (0 <= x < width and 0 <= y < height and placed.inside[y, x]):
        return None
    return float(placed.values[y, x])


@cache
def colour_table(name: str) -> np.ndarray:
    """(256, 3) uint8 RGB of a matplotlib colour map. Raises InvalidSetting for an unknown name."""
    import matplotlib  # here: the window reads this module before it needs a colour

    if name not in matplotlib.colormaps:
        raise InvalidSetting(f"There is no colour map “{name}”.", f"Choose one of: {', '.join(POSITIVE_MAPS)}.")
    table = (matplotlib.colormaps[name](np.arange(LEVELS))[:, :3] * 255).round().astype(np.uint8)
    table.flags.writeable = False
    return table


def blend_classes(image: np.ndarray, maps: list[Placed], colours: np.ndarray, opacity: float = 0.6) -> np.ndarray:
    """Several classes in one overlay: each in its own colour, as strong as its map; (H, W, 3) uint8.

    colours: (N, 3) uint8 RGB. The maps should be placed with one common limit.
    """
    tint, cover = np.zeros(image.shape, np.float32), np.zeros(image.shape[:2], np.float32)
    for placed, colour in zip(maps, colours, strict=True):
        share = (placed.levels.astype(np.float32) / 255) ** DOMINANCE
        tint += share[..., None] * colour.astype(np.float32)
        cover += share
    strength = np.clip(np.maximum.reduce([placed.levels for placed in maps]).astype(np.float32) / 255, 0, 1) * opacity
    mixed = tint / np.maximum(cover, 1e-20)[..., None]
    return (image * (1 - strength[..., None]) + mixed * strength[..., None]).astype(np.uint8)


def _enlarged(values: np.ndarray, window: Window, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The map on every pixel of the image, and where it is defined; pixel centres, as cv2.resize has them."""
    x0, y0, x1, y1 = window
    height, width = size
    scale_x, scale_y = values.shape[1] / (x1 - x0), values.shape[0] / (y1 - y0)
    matrix = np.array([[scale_x, 0, (0.5 - x0) * scale_x - 0.5], [0, scale_y, (0.5 - y0) * scale_y - 0.5]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(
        values.astype(np.float32), matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    left, top, right, bottom = round(max(x0, 0)), round(max(y0, 0)), round(min(x1, width)), round(min(y1, height))
    inside = np.zeros(size, bool)
    inside[top:bottom, left:right] = True
    large[:top], large[bottom:], large[:, :left], large[:, right:] = 0, 0, 0, 0
    return large, inside


def _coloured(levels: np.ndarray, table: np.ndarray) -> np.ndarray:
    return cv2.LUT(cv2.merge([levels, levels, levels]), table[None])


def _where_shown(image: np.ndarray, coloured: np.ndarray, placed: Placed, look: Look) -> np.ndarray:
    """Coloured pixels inside the window and above the threshold, the image elsewhere (dark in a plain heatmap)."""
    shown = placed.inside.view(np.uint8)
    if look.threshold > 0:
        if look.signed:
            away = cv2.absdiff(placed.signed_levels, np.full_like(placed.signed_levels, 128))
            shown = shown & (away >= round(127 * look.threshold)).view(np.uint8)
        else:
            shown = shown & (placed.levels >= round(255 * look.threshold)).view(np.uint8)
    below = image if look.mode == "overlay" else np.zeros_like(image)
    return cv2.copyTo(coloured, shown, below.copy())


def _with_contour(picture: np.ndarray, placed: Placed, look: Look) -> np.ndarray:
    """Lines around what is above half of the strongest value, and in the signed view also below minus half."""
    masks = [placed.signed_levels >= 192, placed.signed_levels <= 64] if look.signed else [placed.levels >= 128]
    thickness = max(1, round(max(picture.shape[:2]) / 400))
    drawn = picture.copy()
    for mask in masks:
        lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, lines, -1, (0, 0, 0), thickness + 2, cv2.LINE_AA)
        cv2.drawContours(drawn, lines, -1, (255, 255, 255), thickness, cv2.LINE_AA)
    return drawn
