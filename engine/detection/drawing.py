"""Draw detections, trails, lines and zones on a picture, in colours that stay with their class."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.detection.counting import Line, Zone
from engine.detection.detections import Detections
from engine.detection.tags import Colour, Tags

LINE_COLOUR: Colour = (255, 210, 70)
ZONE_COLOUR: Colour = (90, 200, 250)
BOX_STYLES = ("box", "corners", "filled")
LABEL_STYLES = ("name and score", "name", "none")


@dataclass(frozen=True, slots=True)
class Look:
    """How detections are drawn."""

    box: str = "box"  # one of BOX_STYLES
    label: str = "name and score"  # one of LABEL_STYLES
    thickness: int = 0  # pixels, 0 for one that suits the picture
    trails: bool = True


def class_colour(class_id: int) -> Colour:
    """A colour for a class, RGB: the same in every run, neighbours far apart."""
    hue = (class_id * 0.61803398875 + 0.58) % 1.0  # the golden ratio spreads any number of hues evenly
    lightness = (0.62, 0.55, 0.68)[class_id % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.85)
    return round(red * 255), round(green * 255), round(blue * 255)


def annotate(
    image: np.ndarray,
    found: Detections,
    label: Callable[[int], str],
    look: Look = Look(),
    trails: Mapping[int, Sequence[tuple[float, float]]] | None = None,
    lines: Sequence[Line] = (),
    zones: Sequence[Zone] = (),
) -> np.ndarray:
    """A copy of an image, RGB uint8 (H, W, 3), with everything drawn on it."""
    out = image.copy()
    unit = max(out.shape[1], out.shape[0]) / 640
    thick = look.thickness or max(round(1.6 * unit), 1)
    tags = Tags(out, unit)
    for zone in zones:
        _zone(out, zone, thick)
    for line in lines:
        _line(out, line, thick, unit)
    order = range(len(found))[::-1]  # the best on top
    if look.trails and trails and found.track_id is not None:
        for i in order:
            _trail(out, trails.get(int(found.track_id[i]), ()), class_colour(int(found.class_id[i])), thick)
    for i in order:
        _box(out, found.xyxy[i], class_colour(int(found.class_id[i])), look.box, thick)
    named = [(zone.name, zone.corners[0], ZONE_COLOUR) for zone in zones]
    for name, at, colour in (*named, *((line.name, line.start, LINE_COLOUR) for line in lines)):
        tags.draw(name, (*at, *at), colour)
    if look.label != "none":
        for i in order[::-1]:  # the best has the first choice of a place
            text = caption(found, i, label, look.label == "name and score")
            tags.draw(text, found.xyxy[i], class_colour(int(found.class_id[i])))
    out.flags.writeable = False
    return out


def caption(found: Detections, i: int, label: Callable[[int], str], score: bool = True) -> str:
    """The words at a box: "person 12 0.87" with a track, "person 0.87" without."""
    parts = [label(int(found.class_id[i]))]
    if found.track_id is not None and found.track_id[i] >= 0:
        parts.append(f"#{found.track_id[i]}")
    return " ".join([*parts, *([f"{found.score[i]:.2f}"] if score else [])])


def _box(out: np.ndarray, xyxy: np.ndarray, colour: Colour, style: str, thick: int) -> None:
    left, top, right, bottom = (int(v) for v in np.rint(xyxy))
    if style == "filled":
        inside = out[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        if inside.size:
            inside[:] = (inside * 0.65 + np.array(colour) * 0.35).astype(np.uint8)
    if style != "corners":
        cv2.rectangle(out, (left, top), (right, bottom), colour, thick, cv2.LINE_AA)
        return
    arm = max(min(right - left, bottom - top) // 4, 2)
    for x, dx in ((left, arm), (right, -arm)):
        for y, dy in ((top, arm), (bottom, -arm)):
            cv2.line(out, (x, y), (x + dx, y), colour, thick + 1, cv2.LINE_AA)
            cv2.line(out, (x, y), (x, y + dy), colour, thick + 1, cv2.LINE_AA)


def _trail(out: np.ndarray, points: Sequence[tuple[float, float]], colour: Colour, thick: int) -> None:
    if len(points) > 1:
        cv2.polylines(out, [np.rint(points).astype(np.int32)], False, colour, thick, cv2.LINE_AA)


def _line(out: np.ndarray, line: Line, thick: int, unit: float) -> None:
    start, end = np.array(line.start), np.array(line.end)
    cv2.line(
        out, tuple(np.rint(start).astype(int)), tuple(np.rint(end).astype(int)), LINE_COLOUR, thick + 1, cv2.LINE_AA
    )
    along = (end - start) / np.hypot(*(end - start))
    middle, across = (start + end) / 2, np.array([-along[1], along[0]])  # points to the side that counts as "in"
    tip = middle + across * 14 * unit
    cv2.arrowedLine(
        out, tuple(np.rint(middle).astype(int)), tuple(np.rint(tip).astype(int)), LINE_COLOUR, thick + 1, tipLength=0.4
    )


def _zone(out: np.ndarray, zone: Zone, thick: int) -> None:
    corners = np.rint(zone.corners).astype(np.int32)
    shade = out.copy()
    cv2.fillPoly(shade, [corners], ZONE_COLOUR)
    cv2.addWeighted(shade, 0.18, out, 0.82, 0, out)
    cv2.polylines(out, [corners], True, ZONE_COLOUR, thick, cv2.LINE_AA)
