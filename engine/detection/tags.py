"""Words on a picture: at their box, on a ground of their colour, and not on top of each other."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

Colour = tuple[int, int, int]
Area = tuple[int, int, int, int]  # left, top, right, bottom in pixels

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DARK, _LIGHT = (16, 16, 16), (255, 255, 255)


class Tags:
    """The tags of one picture; those drawn first keep their place."""

    def __init__(self, picture: np.ndarray, unit: float) -> None:
        self._picture = picture  # (H, W, 3) uint8, written to
        self._size = max(0.45 * unit, 0.38)
        self._pad = max(round(3 * unit), 2)
        self._taken: list[Area] = []

    def draw(self, text: str, box: Sequence[float] | np.ndarray, colour: Colour) -> Area:
        """Write at a box (left, top, right, bottom); returns where."""
        (width, height), base = cv2.getTextSize(text, _FONT, self._size, 1)
        wide, high = width + 2 * self._pad, height + base + self._pad
        area = self._place(box, wide, high)
        self._taken.append(area)
        left, top, right, bottom = area
        cv2.rectangle(self._picture, (left, top), (right, bottom), colour, cv2.FILLED)
        at = (left + self._pad, top + height + self._pad // 2 + 1)
        cv2.putText(self._picture, text, at, _FONT, self._size, ink(colour), 1, cv2.LINE_AA)
        return area

    def _place(self, box: Sequence[float] | np.ndarray, wide: int, high: int) -> Area:
        """Above the box, else inside at its top, below, inside at its bottom: the first that is free and in sight."""
        left, top, right, bottom = (round(float(v)) for v in box)
        places = [
            self._area(x, y, wide, high)
            for y in (top - high, top, bottom, bottom - high)
            for x in (left, right - wide)
            if 0 <= y <= self._picture.shape[0] - high
        ]
        places = places or [self._area(left, top, wide, high)]
        return next((place for place in places if not any(_meet(place, other) for other in self._taken)), places[0])

    def _area(self, left: int, top: int, wide: int, high: int) -> Area:
        """So much of the picture, moved into it."""
        left = min(max(left, 0), max(self._picture.shape[1] - wide, 0))
        top = min(max(top, 0), max(self._picture.shape[0] - high, 0))
        return left, top, left + wide, top + high


def ink(ground: Colour) -> Colour:
    """Dark or white, whichever stands out more from a ground (relative luminance of WCAG 2)."""
    linear = [(v / 255 / 12.92) if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in ground]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _DARK if luminance > 0.19 else _LIGHT


def _meet(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
