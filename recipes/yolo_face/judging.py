"""How well the detector finds faces on real scenes that were in no training: recall, precision, false boxes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.detection.boxes import areas, intersections, iou
from engine.detection.detections import Detections
from engine.images import load_image
from recipes.yolo_face.labels import boxes, read_labels

REAL = Path(__file__).with_name("boxes_real.csv")
SAME = 0.5  # IoU from which a box is the labelled face
COVERED = 0.5  # share of a box inside a place left open, from which it does not count


@dataclass(frozen=True)
class RealScene:
    """A labelled picture that nothing was learnt from."""

    name: str
    pixels: np.ndarray  # (H, W, 3) uint8
    faces: np.ndarray  # (N, 4) float32, pixels
    ignored: np.ndarray  # (M, 4) float32: places where nobody can say
    people: bool


@dataclass(frozen=True)
class Judgement:
    """Counts at one threshold."""

    confidence: float
    faces: int  # of the least side and more
    hit: int
    right: int  # boxes on a face of any size
    wrong: int  # boxes on none
    wrong_large: int  # of them those of the least side and more
    scenes_without_people: int
    wrong_without_people: int

    @property
    def recall(self) -> float:
        """Share of the faces that were found."""
        return self.hit / max(self.faces, 1)

    @property
    def precision(self) -> float:
        """Share of all boxes that are on a face."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def precision_large(self) -> float:
        """The same for faces and boxes of the least side and more, as COCO's evaluation counts for a range of sizes."""
        return self.hit / max(self.hit + self.wrong_large, 1)

    @property
    def false_boxes(self) -> float:
        """Boxes a scene without people."""
        return self.wrong_without_people / max(self.scenes_without_people, 1)

    def line(self) -> str:
        """The counts, in words."""
        return (
            f"recall {self.recall:.3f} ({self.hit} of {self.faces}), precision {self.precision_large:.3f}"
            f" ({self.hit} of {self.hit + self.wrong_large}), of boxes of all sizes {self.precision:.3f}"
            f" ({self.right} of {self.right + self.wrong}), false boxes a scene without people"
            f" {self.false_boxes:.3f} ({self.wrong_without_people} on {self.scenes_without_people})"
        )


def read_scenes(folders: dict[str, Path]) -> list[RealScene]:
    """The scenes of `boxes_real.csv` whose folder is given: `coco_val`, `photos`, `video`.

    Raises SystemExit where a picture of them is not in its folder.
    """
    wanted = {key: rows for key, rows in read_labels(REAL).items() if key[0] in folders}
    for kind, name in wanted:
        if not (path := folders[kind] / name.partition("#")[0]).is_file():
            raise SystemExit(f"{path} is not there: {REAL.name} lists it among the pictures to measure with.")
    frames = _frames([folders[kind] / name for kind, name in wanted if "#" in name])
    return [
        RealScene(
            name,
            frames[path] if (path := folders[kind] / name) in frames else load_image(path).pixels,
            boxes(rows, "face"),
            boxes(rows, "ignore"),
            rows[0]["people"] == "yes",
        )
        for (kind, name), rows in wanted.items()
    ]


def judge(
    scenes: Iterable[RealScene], found: Iterable[Detections], confidence: float, least: Iterable[float]
) -> Judgement:
    """Compare the boxes of each scene with its labels.

    least: from which side, in pixels of the scene, faces must be found. Boxes on smaller ones are right, not asked for.
    """
    faces = hit = right = wrong = wrong_large = without = wrong_without = 0
    for scene, all_boxes, side in zip(scenes, found, least, strict=True):
        shown = all_boxes.xyxy[all_boxes.score >= confidence]
        owner = assigned(shown, scene.faces)
        wanted = np.sqrt(areas(scene.faces)) >= side
        faces += int(wanted.sum())
        hit += int(wanted[owner[owner >= 0]].sum())
        right += int((owner >= 0).sum())
        on_none = shown[owner < 0]
        on_none = on_none[~_open_to_doubt(on_none, scene)]
        lost = len(on_none)
        wrong += lost
        wrong_large += int((np.sqrt(areas(on_none)) >= side).sum())
        without += not scene.people
        wrong_without += 0 if scene.people else lost
    return Judgement(confidence, faces, hit, right, wrong, wrong_large, without, wrong_without)


def assigned(shown: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Number of the face that each box (best first) is on, -1 for none; a face is given away once."""
    owner = np.full(len(shown), -1)
    overlap = iou(shown, faces)
    for number in range(len(shown)):
        if len(faces) and overlap[number].max() >= SAME:
            owner[number] = int(overlap[number].argmax())
            overlap[:, owner[number]] = -1
    return owner


def _open_to_doubt(shown: np.ndarray, scene: RealScene) -> np.ndarray:
    """Which boxes lie in a place that was left open."""
    if not len(scene.ignored):
        return np.zeros(len(shown), bool)
    return intersections(shown, scene.ignored).max(axis=1) >= COVERED * areas(shown)


def _frames(names: list[Path]) -> dict[Path, np.ndarray]:
    """Frames of films, RGB uint8, by names such as `film.mp4#60`; every film is gone through once."""
    films: dict[str, dict[int, Path]] = {}
    for name in names:
        film, _, listed = str(name).rpartition("#")
        films.setdefault(film, {})[int(listed)] = name
    found = {}
    for film, numbers in films.items():
        capture = cv2.VideoCapture(film)
        try:
            for number in range(max(numbers) + 1):
                ok, image = capture.grab(), None
                if ok and number in numbers:
                    ok, image = capture.retrieve()
                if not ok:
                    raise SystemExit(f"{film} has no frame {number}.")
                if image is not None:
                    found[numbers[number]] = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        finally:
            capture.release()
    return found
