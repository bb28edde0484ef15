"""Follow boxes from frame to frame: ByteTrack's two-stage association (Zhang et al. 2022), in real time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from engine.detection.boxes import from_centres, iou, to_centres
from engine.detection.detections import Detections
from engine.detection.kalman import Motion


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """When boxes are taken for the same object."""

    high: float = 0.5  # scores from here on begin tracks and are matched first
    low: float = 0.1  # scores from here on may still continue a track, so the detector should deliver them
    match: float = 0.2  # least IoU of a predicted box with a box of high score
    match_low: float = 0.5  # the same for boxes of low score
    lost_s: float = 1.0  # how long an unseen track is remembered
    confirm: int = 2  # sightings before a track gets its number on screen
    trail_s: float = 2.0  # how much of the way is drawn


@dataclass
class _Track:
    """What is known of one object besides its motion."""

    id: int
    class_id: int
    seen_s: float
    sightings: int = 1
    trail: deque[tuple[float, float, float]] = field(default_factory=deque)  # time, x and y of the centre


class Tracker:
    """Gives boxes stable numbers. Call `update` with every frame in order of time."""

    def __init__(self, settings: TrackSettings = TrackSettings()) -> None:
        self.settings = settings
        self._motion = Motion.starting_at(np.zeros((0, 4)))
        self._tracks: list[_Track] = []
        self._next_id = 1
        self._time_s: float | None = None

    def update(self, found: Detections, time_s: float) -> Detections:
        """The same boxes with track ids, -1 where a track is not confirmed yet.

        time_s: when the frame was seen; a time before the last one (a file that was rewound) starts over.
        """
        if self._time_s is not None and time_s < self._time_s:
            self.reset()
        self._motion.predict(0.0 if self._time_s is None else time_s - self._time_s)
        self._time_s = time_s
        boxes = to_centres(found.xyxy.astype(np.float64))
        owner = np.full(len(found), -1)  # row of the track each box belongs to
        strong = np.flatnonzero(found.score >= self.settings.high)
        weak = np.flatnonzero((found.score < self.settings.high) & (found.score >= self.settings.low))
        free = np.arange(len(self._tracks))
        free = self._match(found, strong, free, owner, self.settings.match)
        recent = np.array([self._tracks[r].sightings >= self.settings.confirm for r in free], bool)
        self._match(found, weak, free[recent], owner, self.settings.match_low)
        matched = np.flatnonzero(owner >= 0)
        self._motion.update(owner[matched], boxes[matched])
        for box in matched:
            self._see(self._tracks[owner[box]], boxes[box], time_s)
        self._begin(found, boxes, strong[owner[strong] < 0], owner, time_s)
        ids = np.array([self._shown_id(row) for row in owner], np.int64).reshape(-1)
        self._forget(time_s)
        return found.tracked(ids)

    def trails(self) -> dict[int, list[tuple[float, float]]]:
        """Centres of each confirmed track over the last seconds, oldest first, in pixels."""
        shown = (track for track in self._tracks if track.sightings >= self.settings.confirm)
        return {track.id: [(x, y) for _, x, y in track.trail] for track in shown}

    def reset(self) -> None:
        """Forget every object; numbers go on, so that none is given twice."""
        self._motion = Motion.starting_at(np.zeros((0, 4)))
        self._tracks, self._time_s = [], None

    def _match(
        self, found: Detections, boxes: np.ndarray, rows: np.ndarray, owner: np.ndarray, least: float
    ) -> np.ndarray:
        """Assign `boxes` to track `rows` of their class, the summed IoU being greatest; the rows left over."""
        if not len(boxes) or not len(rows):
            return rows
        from scipy.optimize import linear_sum_assignment  # a third of a second that the window need not wait for

        predicted = from_centres(self._motion.mean[rows, :4])
        overlap = iou(predicted, found.xyxy[boxes].astype(np.float64))
        classes = np.array([self._tracks[row].class_id for row in rows])
        overlap[classes[:, None] != found.class_id[boxes][None, :]] = 0.0
        first, second = linear_sum_assignment(-overlap)
        good = overlap[first, second] >= least
        owner[boxes[second[good]]] = rows[first[good]]
        return np.setdiff1d(rows, rows[first[good]])

    def _begin(
        self, found: Detections, boxes: np.ndarray, chosen: np.ndarray, owner: np.ndarray, time_s: float
    ) -> None:
        for box in chosen:
            owner[box] = len(self._tracks)
            track = _Track(self._next_id, int(found.class_id[box]), time_s)
            track.trail.append((time_s, float(boxes[box, 0]), float(boxes[box, 1])))
            self._tracks.append(track)
            self._next_id += 1
        self._motion.add(Motion.starting_at(boxes[chosen]))

    def _see(self, track: _Track, box: np.ndarray, time_s: float) -> None:
        track.seen_s, track.sightings = time_s, track.sightings + 1
        track.trail.append((time_s, float(box[0]), float(box[1])))
        while track.trail[0][0] < time_s - self.settings.trail_s:
            track.trail.popleft()

    def _shown_id(self, row: int) -> int:
        confirmed = row >= 0 and self._tracks[row].sightings >= self.settings.confirm
        return self._tracks[row].id if confirmed else -1

    def _forget(self, time_s: float) -> None:
        """Drop tracks unseen for long, and unconfirmed ones as soon as they are missed."""
        keep = np.array(
            [
                t.seen_s == time_s
                or (t.sightings >= self.settings.confirm and time_s - t.seen_s <= self.settings.lost_s)
                for t in self._tracks
            ],
            bool,
        )
        self._tracks = [track for track, kept in zip(self._tracks, keep, strict=True) if kept]
        self._motion.keep(keep)
