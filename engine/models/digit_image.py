"""Find one written digit in any picture and lay it out as MNIST does: light on dark, scaled, centred by mass.

MNIST's own normalisation (LeCun, Cortes, Burges): the digit fits a 20 x 20 box inside 28 x 28, its centre of mass in
the middle. Photographs differ in polarity, place, size, stroke width and light, which the steps below undo in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

WORK_SIDE = 400  # pictures are searched at this longer side
BOX_SHARE = 20 / 28  # of the canvas that the digit's longer side takes
MIN_CONTRAST = 25  # grey levels between ink and ground below which there is nothing to read
MIN_STROKE = 0.09  # of the digit's longer side: thinner pen strokes are thickened, or they vanish at 20 pixels


@dataclass(frozen=True, slots=True)
class DigitImage:
    """A digit laid out for the network."""

    pixels: np.ndarray  # (side, side) uint8, ink bright on 0; all 0 when no ink was found
    window: tuple[float, float, float, float]  # x0, y0, x1, y1 of the canvas in the source's pixels


def fit_digit(image: np.ndarray, side: int = 28) -> DigitImage:
    """Lay out the most prominent digit of an RGB uint8 image (H, W, 3) on a `side` x `side` canvas."""
    height, width = image.shape[:2]
    ratio = WORK_SIDE / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    work = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC)
    ink = _ink(work)
    mask = _digit_mask(ink)
    if mask is None:
        return DigitImage(np.zeros((side, side), np.uint8), (0.0, 0.0, float(width), float(height)))
    x, y, w, h = cv2.boundingRect(mask)
    glyph = _normalised(ink, mask)[y : y + h, x : x + w]
    canvas, (left, top, scale) = _lay_out(glyph, side)
    x0, y0 = (x - left / scale) / ratio, (y - top / scale) / ratio
    span = side / scale / ratio
    return DigitImage(canvas, (x0, y0, x0 + span, y0 + span))


def _ink(grey: np.ndarray) -> np.ndarray:
    """Ink as positive float32, whatever the polarity, with slow changes of light removed."""
    values = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    ground = float(np.median(values))
    low, high = np.percentile(values, (0.05, 99.95))  # a far digit is a thousandth of the picture
    light = values if high - ground >= ground - low else 255 - values
    # A white top-hat: what a disc wider than any stroke cannot enter is ink, the rest is paper and shadow.
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (41, 41))
    quarter = (max(1, grey.shape[1] // 4), max(1, grey.shape[0] // 4))
    small = cv2.resize(light, quarter, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, disc), (0, 0), 4)
    return np.maximum(light - cv2.resize(paper, (light.shape[1], light.shape[0])), 0)


def _digit_mask(ink: np.ndarray) -> np.ndarray | None:
    """Mask (uint8 0 or 255) of the strokes that belong to the digit, or None when there is no ink."""
    if ink.max() < MIN_CONTRAST:
        return None
    levels = np.clip(ink * (255 / ink.max()), 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = (levels > 0.8 * threshold).astype(np.uint8)
    count, parts, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    x0, y0 = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_TOP]
    x1, y1 = x0 + stats[1:, cv2.CC_STAT_WIDTH], y0 + stats[1:, cv2.CC_STAT_HEIGHT]
    at_edge = (x0 == 0) | (y0 == 0) | (x1 == ink.shape[1]) | (y1 == ink.shape[0])
    main = int(np.argmax(np.where(at_edge, 0.1, 1.0) * areas))  # table edges and shadows touch the border, digits don't
    # Loose strokes of the same digit (a 5's bar) lie within its own size; specks of dirt are small.
    reach = 0.35 * max(x1[main] - x0[main], y1[main] - y0[main])
    cx, cy = centres[1:, 0], centres[1:, 1]
    near = (cx > x0[main] - reach) & (cx < x1[main] + reach) & (cy > y0[main] - reach) & (cy < y1[main] + reach)
    kept = near & (areas > 0.06 * areas[main]) & (~at_edge | (np.arange(count - 1) == main))
    return np.isin(parts, np.flatnonzero(kept) + 1).astype(np.uint8) * 255


def _normalised(ink: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Ink in 0..255 uint8 with full strokes, faint pens made as strong and as wide as MNIST's."""
    full = np.percentile(ink[mask > 0], 75)
    around = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    levels = (np.clip(ink / full, 0, 1) * 255).astype(np.uint8) & around
    _, _, w, h = cv2.boundingRect(mask)
    stroke = 2 * float(np.percentile(cv2.distanceTransform(mask, cv2.DIST_L2, 5)[mask > 0], 85))
    missing = round(MIN_STROKE * max(w, h) - stroke)
    return cv2.dilate(levels, np.ones((missing + 1, missing + 1), np.uint8)) if missing > 0 else levels


def _lay_out(glyph: np.ndarray, side: int) -> tuple[np.ndarray, tuple[int, int, float]]:
    """Canvas with the glyph's centre of mass in its middle, and (left, top, scale) of the glyph on it."""
    scale = side * BOX_SHARE / max(glyph.shape)
    size = (max(1, round(glyph.shape[1] * scale)), max(1, round(glyph.shape[0] * scale)))
    small = cv2.resize(glyph, size, interpolation=cv2.INTER_AREA)
    rows, columns = np.indices(small.shape)
    mass = float(small.sum()) or 1.0
    top = round(side / 2 - 0.5 - float((rows * small).sum()) / mass)
    left = round(side / 2 - 0.5 - float((columns * small).sum()) / mass)
    top = min(max(top, 0), side - size[1])
    left = min(max(left, 0), side - size[0])
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas, (left, top, scale)
