"""Run the detector's file on the real scenes, as the program does, and read the score off from which to show boxes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.detection.choices import Choices
from engine.detection.detections import Detections
from engine.detection.detector import Settings
from engine.detection.opening import open_detector
from recipes.contact_sheet import Tile
from recipes.yolo_face.judging import Judgement, RealScene, judge
from recipes.yolo_face.shipping import START

SIDE = 320  # pixels of the input, for measuring; the file takes any multiple of 32
LEAST = 32.0  # pixels: side of the faces that must be found
PRECISION = 0.95  # of all boxes that are shown to begin with
FALSE_BOXES = 0.05  # a scene without people, at most
GREEN, BLUE = (60, 220, 90), (60, 140, 255)  # RGB
TABLE = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Measured:
    """What a file did on real scenes."""

    scenes: list[RealScene]
    found: list[Detections]  # of every scene, down to a score of 0.02
    shrinking: list[float]  # pixels of a scene for a pixel that the network sees
    milliseconds: list[float]  # a scene, from pixels to boxes

    @property
    def faces(self) -> int:
        """How many faces are labelled, of any size."""
        return sum(len(scene.faces) for scene in self.scenes)

    def in_picture(self, confidence: float) -> Judgement:
        """Counts for faces of LEAST pixels in the picture as it is."""
        return judge(self.scenes, self.found, confidence, [LEAST] * len(self.scenes))

    def at_input(self, confidence: float) -> Judgement:
        """Counts for faces of LEAST pixels in the SIDE pixels that the network sees."""
        return judge(self.scenes, self.found, confidence, [LEAST * each for each in self.shrinking])

    def working_point(self) -> float:
        """The least score from which boxes are right, and false ones few, enough; START where none is."""
        good = (score for score in np.arange(0.05, 0.95, 0.01) if _good(self.at_input(score)))
        return float(next(good, START))

    def table(self) -> str:
        """Both counts at the scores of TABLE, and the time, as lines."""
        lines = [f"faces of {LEAST:.0f} px at the input:"]
        lines += [f"  {score:.2f}: {self.at_input(score).line()}" for score in TABLE]
        lines += [f"faces of {LEAST:.0f} px in the picture:"]
        lines += [f"  {score:.2f}: {self.in_picture(score).line()}" for score in TABLE]
        return "\n".join([*lines, f"{self.time()} a picture"])

    def tiles(self, confidence: float) -> list[Tile]:
        """Every scene with its labelled faces (green) and what was found (blue); wrong where a box or a face is."""
        return [self._tile(number, confidence) for number in range(len(self.scenes))]

    def _tile(self, number: int, confidence: float) -> Tile:
        scene, found = self.scenes[number], self.found[number]
        counts = judge([scene], [found], confidence, [LEAST])
        pixels, thick = scene.pixels.copy(), max(max(scene.pixels.shape) // 240, 1)
        for boxes, colour in ((scene.faces, GREEN), (found.xyxy[found.score >= confidence], BLUE)):
            for left, top, right, bottom in boxes.round().astype(int).tolist():
                cv2.rectangle(pixels, (left, top), (right, bottom), colour, thick)
        caption = f"{scene.name}: {counts.hit} of {counts.faces}, {counts.wrong} false"
        return Tile(pixels, caption, counts.hit == counts.faces and not counts.wrong)

    def time(self) -> str:
        """Median and longest time of a picture."""
        return f"{np.median(self.milliseconds):.1f} ms, at most {max(self.milliseconds):.1f} ms"


def _good(counts: Judgement) -> bool:
    return counts.precision >= PRECISION and counts.false_boxes <= FALSE_BOXES


def measure(path: Path, scenes: list[RealScene]) -> Measured:
    """Run a file on scenes that nothing was learnt from."""
    detector = open_detector(path, Choices(size=(SIDE, SIDE)))
    found, times = [], []
    detector.detect(scenes[0].pixels)
    for scene in scenes:
        began = time.perf_counter()
        found.append(detector.detect(scene.pixels, Settings(confidence=0.02)))
        times.append((time.perf_counter() - began) * 1e3)
    shrinking = [1 / detector.prepare(scene.pixels).placement.scale[0] for scene in scenes]
    return Measured(scenes, found, shrinking, times)
