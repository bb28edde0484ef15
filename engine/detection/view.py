"""A detected frame as it may be shown, saved or recorded: privacy first, then mirror, then drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from engine.detection.counting import Counters, Line, Zone
from engine.detection.detections import Detections
from engine.detection.detector import Detector, Settings, Timing
from engine.detection.drawing import Look, annotate
from engine.detection.explain import Heat, explain, overlay
from engine.detection.privacy import cover
from engine.jobs import Job
from engine.video.frame import Frame, sealed


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that may change while the picture runs."""

    settings: Settings = field(default_factory=Settings)
    track: bool = False
    mirror: bool = False
    look: Look = field(default_factory=Look)
    private: frozenset[int] = frozenset()  # classes that are covered
    privacy: str = "blocks"


class View:
    """One frame with what was found; every sink takes its picture from here, so none gets past the privacy cover."""

    def __init__(
        self,
        frame: Frame,
        found: Detections,
        covered: np.ndarray,
        options: Options,
        label: Callable[[int], str],
        timing: Timing | None = None,
        trails: dict[int, list[tuple[float, float]]] | None = None,
        counters: Counters | None = None,
    ) -> None:
        self._frame = frame
        self._covered = covered  # (N, 4) boxes to cover
        self.found = found  # in pixels of the source, not mirrored
        self.options = options
        self.label = label
        self.timing = timing
        self._trails = trails or {}
        self._lines = counters.lines if counters else ()
        self._zones = counters.zones if counters else ()

    @property
    def index(self) -> int:
        """Number of the frame in its source."""
        return self._frame.index

    @property
    def time_s(self) -> float:
        """When it was, in seconds of the source."""
        return self._frame.time_s

    @property
    def captured_ns(self) -> int:
        """When it arrived, perf_counter_ns."""
        return self._frame.captured_ns

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._frame.size

    @cached_property
    def clean(self) -> np.ndarray:
        """The picture, RGB uint8 (H, W, 3), covered and mirrored as asked, nothing drawn on it."""
        image = cover(self._frame.image, self._covered, self.options.privacy)
        return sealed(np.ascontiguousarray(image[:, ::-1])) if self.options.mirror else image

    @cached_property
    def annotated(self) -> np.ndarray:
        """The picture with boxes, trails, lines and zones."""
        width = self.size[0]
        found, trails, lines, zones = self.found, self._trails, self._lines, self._zones
        if self.options.mirror:
            found = replace(found, xyxy=_mirrored(found.xyxy, width))
            trails = {track: [(width - x, y) for x, y in way] for track, way in trails.items()}
            # Start and end change places, so that the arrow still points to the side that counts as "in".
            lines = tuple(Line(n.name, _flip(n.end, width), _flip(n.start, width)) for n in lines)
            zones = tuple(Zone(z.name, tuple(_flip(c, width) for c in z.corners)) for z in zones)
        return annotate(self.clean, found, self.label, self.options.look, trails, lines, zones)

    def explained(self, detector: Detector, index: int, job: Job) -> tuple[Heat, np.ndarray]:
        """What the score of a box rests on, and that laid over the picture as it may be shown."""
        heat = explain(detector, self._frame.image, self.found.xyxy[index], int(self.found.class_id[index]), job)
        if self.options.mirror:
            heat = replace(heat, values=np.ascontiguousarray(heat.values[:, ::-1]))
        one = self.found[[index]]
        if self.options.mirror:
            one = replace(one, xyxy=_mirrored(one.xyxy, self.size[0]))
        return heat, annotate(overlay(self.clean, heat), one, self.label, self.options.look)

    def box_at(self, x: float, y: float) -> int | None:
        """Index of the smallest box at a place of the shown picture, or None."""
        x = self.size[0] - x if self.options.mirror else x
        b = self.found.xyxy
        hits = np.flatnonzero((b[:, 0] <= x) & (x <= b[:, 2]) & (b[:, 1] <= y) & (y <= b[:, 3]))
        if not len(hits):
            return None
        return int(hits[np.argmin((b[hits, 2] - b[hits, 0]) * (b[hits, 3] - b[hits, 1]))])

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """A place of the shown picture in pixels of the source."""
        return (self.size[0] - x if self.options.mirror else x), y


def _flip(point: tuple[float, float], width: int) -> tuple[float, float]:
    return width - point[0], point[1]


def _mirrored(xyxy: np.ndarray, width: int) -> np.ndarray:
    return np.stack([width - xyxy[:, 2], xyxy[:, 1], width - xyxy[:, 0], xyxy[:, 3]], axis=1)
