"""Count tracked objects: across lines, in and out, and inside zones, with the time they stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import cv2
import numpy as np

from engine.detection.detections import Detections
from engine.errors import InvalidSetting

Point = tuple[float, float]

MARGIN = 0.01  # of the line's length: a track must leave this band on the other side to count, which jitter does not


@dataclass(frozen=True, slots=True)
class Line:
    """A line drawn from `start` to `end`, in pixels of the source; "in" is crossing from its left to its right."""

    name: str
    start: Point
    end: Point

    def __post_init__(self) -> None:
        if np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]) < 1:
            raise InvalidSetting(f"The line “{self.name}” has no length.", "Draw it from one place to another.")


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon, in pixels of the source."""

    name: str
    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise InvalidSetting(f"The zone “{self.name}” has {len(self.corners)} corners.", "Draw at least three.")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for the log."""

    time_s: float
    kind: str  # "in" or "out" of a line, "enter" or "leave" of a zone
    place: str
    track_id: int
    class_id: int
    dwell_s: float = 0.0  # how long a leaver had been in the zone


@dataclass
class LineCount:
    """Crossings of one line by class."""

    into: Counter[int] = field(default_factory=Counter)
    out: Counter[int] = field(default_factory=Counter)


@dataclass
class ZoneCount:
    """What one zone has seen."""

    entered: Counter[int] = field(default_factory=Counter)
    inside: dict[int, tuple[int, float]] = field(default_factory=dict)  # track: class and when it came
    dwell_s: list[float] = field(default_factory=list)  # of those that left

    def mean_dwell_s(self) -> float:
        """Mean stay of those that left, in seconds; 0 while nobody did."""
        return float(np.mean(self.dwell_s)) if self.dwell_s else 0.0


class Counters:
    """Lines and zones with what they have counted. A box is where the middle of its lower edge is: its feet."""

    def __init__(self, lines: tuple[Line, ...] = (), zones: tuple[Zone, ...] = (), forget_s: float = 2.0) -> None:
        self.lines, self.zones = lines, zones
        self.line_counts = {line.name: LineCount() for line in lines}
        self.zone_counts = {zone.name: ZoneCount() for zone in zones}
        self._forget_s = forget_s
        self._sides: dict[tuple[str, int], tuple[int, Point]] = {}  # last clear side of a track, and where that was
        self._seen: dict[int, float] = {}

    def update(self, found: Detections, time_s: float) -> list[Event]:
        """Count one frame; what happened in it."""
        if found.track_id is None:
            return []
        events: list[Event] = []
        for box, track, class_id in zip(found.xyxy, found.track_id.tolist(), found.class_id.tolist(), strict=True):
            if track < 0:
                continue
            feet = (float(box[0] + box[2]) / 2, float(box[3]))
            self._seen[track] = time_s
            events += [e for line in self.lines if (e := self._cross(line, track, class_id, feet, time_s))]
            events += [e for zone in self.zones if (e := self._stay(zone, track, class_id, feet, time_s))]
        return events + self._gone(time_s)

    def _cross(self, line: Line, track: int, class_id: int, feet: Point, time_s: float) -> Event | None:
        distance, length = _beside(line, feet)
        if abs(distance) < MARGIN * length:
            return None  # on the line: wait until the track is clear of it
        side = 1 if distance > 0 else -1
        key = (line.name, track)
        before = self._sides.get(key)
        self._sides[key] = (side, feet)
        if before is None or before[0] == side or not _meets(line, before[1], feet):
            return None
        count = self.line_counts[line.name]
        kind, counter = ("in", count.into) if side > 0 else ("out", count.out)
        counter[class_id] += 1
        return Event(time_s, kind, line.name, track, class_id)

    def _stay(self, zone: Zone, track: int, class_id: int, feet: Point, time_s: float) -> Event | None:
        polygon = np.array(zone.corners, np.float32)
        depth = cv2.pointPolygonTest(polygon, feet, True)
        margin = MARGIN * float(np.ptp(polygon, axis=0).max())
        count = self.zone_counts[zone.name]
        inside = track in count.inside
        if not inside and depth > margin:
            count.inside[track] = (class_id, time_s)
            count.entered[class_id] += 1
            return Event(time_s, "enter", zone.name, track, class_id)
        if inside and depth < -margin:
            return self._leave(zone, track, time_s)
        return None

    def _leave(self, zone: Zone, track: int, time_s: float) -> Event:
        count = self.zone_counts[zone.name]
        class_id, since = count.inside.pop(track)
        count.dwell_s.append(time_s - since)
        return Event(time_s, "leave", zone.name, track, class_id, time_s - since)

    def _gone(self, time_s: float) -> list[Event]:
        """Tracks that are not seen any more leave their zones when they were last seen."""
        events = []
        for track in [t for t, seen in self._seen.items() if not 0 <= time_s - seen <= self._forget_s]:
            seen = self._seen.pop(track)
            for zone in self.zones:
                if track in self.zone_counts[zone.name].inside:
                    events.append(self._leave(zone, track, seen))
            for line in self.lines:
                self._sides.pop((line.name, track), None)
        return events


def _beside(line: Line, point: Point) -> tuple[float, float]:
    """Signed distance of a point (positive to the right of the line, on screen) and the line's length, in pixels."""
    along = np.subtract(line.end, line.start)
    length = float(np.hypot(*along))
    away = np.subtract(point, line.start)
    return float(along[0] * away[1] - along[1] * away[0]) / length, length


def _meets(line: Line, before: Point, after: Point) -> bool:
    """Whether the way from `before` to `after` passes between the ends of the line."""
    a, _ = _beside(line, before)
    b, _ = _beside(line, after)
    where = np.add(before, np.subtract(after, before) * (a / (a - b)))
    along = np.subtract(line.end, line.start)
    share = float(np.dot(np.subtract(where, line.start), along) / np.dot(along, along))
    return -MARGIN <= share <= 1 + MARGIN
