"""A detector: picture in, boxes out, with the time each step took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.detection.boxes import clip
from engine.detection.decoders import Candidates, Reading
from engine.detection.detections import Detections
from engine.detection.heads import Head
from engine.detection.letterbox import Placement, blob, place
from engine.detection.names import name_of
from engine.detection.nms import suppress
from engine.detection.runtimes import Runtime


@dataclass(frozen=True, slots=True)
class Settings:
    """What may change from one frame to the next."""

    confidence: float = 0.25  # boxes scored lower are left out
    iou: float = 0.45  # boxes that overlap a better one by more are left out
    classes: frozenset[int] | None = None  # only these, None for all
    agnostic: bool = False  # boxes of different classes suppress each other too
    limit: int = 300  # boxes at most


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one picture."""

    prepare: float
    infer: float
    decode: float  # head and suppression

    @property
    def total(self) -> float:
        """All three."""
        return self.prepare + self.infer + self.decode


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready for the network."""

    blob: np.ndarray  # (1, 3, H, W) float32
    placement: Placement
    picture: tuple[int, int]  # width and height of the picture


@dataclass(frozen=True, slots=True)
class Detector:
    """A loaded network with everything that is known of it; used by one thread at a time."""

    runtime: Runtime
    head: Head
    size: tuple[int, int]  # width and height of the input
    labels: tuple[str, ...]  # () while unknown
    classes: int | None  # None where neither head nor labels tell
    extra: dict[str, Any] = field(default_factory=dict)  # anchors of a Darknet head
    title: str = ""
    licence: str = ""
    path: Path | None = None
    resizable: bool = False  # whether another input size can be chosen

    def label(self, class_id: int) -> str:
        """Name of a class, or "class 7" while unknown."""
        return name_of(self.labels, class_id)

    def prepare(self, image: np.ndarray) -> Prepared:
        """Fit an image, RGB uint8 (H, W, 3), into the input."""
        placement = place(image, self.size, self.head.feeding.fit)
        return Prepared(blob(image, placement, self.head.feeding), placement, (image.shape[1], image.shape[0]))

    def candidates(self, outputs: list[np.ndarray], confidence: float) -> Candidates:
        """Boxes of the head above a confidence, in pixels of the input, overlaps and all."""
        return self.head.decode(outputs, Reading(self.size, confidence, self.extra))

    def finish(self, outputs: list[np.ndarray], prepared: Prepared, settings: Settings) -> Detections:
        """From the network's outputs to boxes in pixels of the picture."""
        xyxy, score, class_id, _ = self.candidates(outputs, settings.confidence)
        if settings.classes is not None:
            chosen = np.isin(class_id, list(settings.classes))
            xyxy, score, class_id = xyxy[chosen], score[chosen], class_id[chosen]
        sound = np.isfinite(xyxy).all(axis=1)
        xyxy, score, class_id = xyxy[sound], score[sound], class_id[sound]
        if self.head.suppress:
            kept = suppress(xyxy, score, class_id, settings.iou, settings.agnostic, settings.limit)
        else:
            kept = np.argsort(-score, kind="stable")[: settings.limit]
        boxes = clip(prepared.placement.to_picture(xyxy[kept]), *prepared.picture)
        return Detections(boxes, score[kept], class_id[kept])

    def detect(self, image: np.ndarray, settings: Settings = Settings()) -> Detections:
        """Boxes on an image, RGB uint8 (H, W, 3)."""
        return self.timed(image, settings)[0]

    def timed(self, image: np.ndarray, settings: Settings) -> tuple[Detections, Timing]:
        """Boxes, and how long each step took."""
        t0 = time.perf_counter()
        prepared = self.prepare(image)
        t1 = time.perf_counter()
        outputs = self.runtime.run(prepared.blob)
        t2 = time.perf_counter()
        found = self.finish(outputs, prepared, settings)
        t3 = time.perf_counter()
        return found, Timing((t1 - t0) * 1e3, (t2 - t1) * 1e3, (t3 - t2) * 1e3)
