"""Fit a picture of any size into the input of a network, and bring boxes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

GREY = 114  # the padding that YOLO networks are trained with


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the network's input: x_input = x * scale + offset, an axis each."""

    scale: tuple[float, float]  # input pixels for a picture pixel, x and y
    offset: tuple[int, int]  # left and top padding in input pixels
    inner: tuple[int, int]  # width and height the picture has in the input
    size: tuple[int, int]  # width and height of the input

    def to_input(self, xyxy: np.ndarray) -> np.ndarray:
        """Boxes (N, 4) of the picture in pixels of the input."""
        return (xyxy * np.array(self.scale * 2, xyxy.dtype) + np.array(self.offset * 2, xyxy.dtype)).astype(xyxy.dtype)

    def to_picture(self, xyxy: np.ndarray) -> np.ndarray:
        """Boxes (N, 4) of the input in pixels of the picture."""
        return ((xyxy - np.array(self.offset * 2, xyxy.dtype)) / np.array(self.scale * 2, xyxy.dtype)).astype(
            xyxy.dtype
        )


@dataclass(frozen=True, slots=True)
class Format:
    """What a network wants to be fed with."""

    fit: str  # key of FITS
    bgr: bool = False  # order of the colour planes
    scale: tuple[float, float, float] = (1 / 255,) * 3  # input = value * scale + shift, by plane in that order
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)


def _kept(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """The largest whole-pixel size of the picture's shape that fits."""
    scale = min(size[0] / width, size[1] / height)
    return min(max(round(width * scale), 1), size[0]), min(max(round(height * scale), 1), size[1])


def centred(width: int, height: int, size: tuple[int, int]) -> Placement:
    """Shape kept, padding on both sides: YOLOv5 and its successors."""
    inner = _kept(width, height, size)
    offset = ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2)
    return Placement((inner[0] / width, inner[1] / height), offset, inner, size)


def cornered(width: int, height: int, size: tuple[int, int]) -> Placement:
    """Shape kept, padding right and below: YOLOX."""
    inner = _kept(width, height, size)
    return Placement((inner[0] / width, inner[1] / height), (0, 0), inner, size)


def stretched(width: int, height: int, size: tuple[int, int]) -> Placement:
    """Pulled to the input's shape: Darknet, RT-DETR."""
    return Placement((size[0] / width, size[1] / height), (0, 0), size, size)


FITS: dict[str, Callable[[int, int, tuple[int, int]], Placement]] = {
    "centre": centred,
    "corner": cornered,
    "stretch": stretched,
}


def place(image: np.ndarray, size: tuple[int, int], fit: str) -> Placement:
    """Placement of an image (H, W, 3) in an input of `size` (width, height)."""
    return FITS[fit](image.shape[1], image.shape[0], size)


def blob(image: np.ndarray, placement: Placement, wanted: Format) -> np.ndarray:
    """The network's input, float32 (1, 3, height, width), of an image RGB uint8 (H, W, 3)."""
    width, height = placement.size
    (left, top), (inner_w, inner_h) = placement.offset, placement.inner
    if (inner_w, inner_h) == (width, height):
        canvas = cv2.resize(image, placement.inner, interpolation=cv2.INTER_LINEAR)
    else:
        canvas = np.full((height, width, 3), GREY, np.uint8)
        inside = canvas[top : top + inner_h, left : left + inner_w]
        inside[:] = cv2.resize(image, placement.inner, interpolation=cv2.INTER_LINEAR)
    planes = cv2.split(canvas)
    if wanted.bgr:
        planes = planes[::-1]
    out = np.empty((1, 3, height, width), np.float32)
    for target, plane, scale, shift in zip(out[0], planes, wanted.scale, wanted.shift, strict=True):
        np.multiply(plane, np.float32(scale), out=target, dtype=np.float32)
        if shift:
            target += np.float32(shift)
    return out
