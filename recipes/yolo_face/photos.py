"""The labelled photos that the face detector learns from, read when they are first wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from recipes.yolo_face.geometry import halved
from recipes.yolo_face.labels import Rows, boxes, read_labels

BOXES = Path(__file__).with_name("boxes_train.csv")
LONGEST = 480  # pixels: photos are kept no larger
MOSTLY = 0.3  # share of a photo
HELD_OUT = 60  # faces of Caltech at the end of the set: people who are in no training photo
FACES = "Faces"  # the category with one person a photo
TRAIN, VALIDATION = "train2017", "val2017"  # of COCO
FACES_AGAIN = "Faces_easy"  # the same photos, cut out


@dataclass
class Photo:
    """A photo with its faces; what the boxes leave open is looked away from."""

    path: Path
    faces: np.ndarray  # (N, 4) float32, pixels of the file
    ignored: np.ndarray  # (M, 4) float32
    kept: dict[str, np.ndarray] = field(default_factory=dict)  # the file while it is being looked at
    halves: list[np.ndarray] = field(default_factory=list)

    @cached_property
    def scale(self) -> float:
        """Pixels kept for a pixel of the file."""
        return min(1.0, LONGEST / max(self._read().shape[:2]))

    @cached_property
    def pixels(self) -> np.ndarray:
        """RGB uint8 (H, W, 3), no longer than LONGEST."""
        image = self._read()
        if self.scale < 1:
            image = cv2.resize(image, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA)
        self.kept.clear()
        return image

    def halved(self, times: int) -> np.ndarray:
        """The pixels at half the size, so many times over."""
        while len(self.halves) < times:
            self.halves.append(halved(self.halves[-1] if self.halves else self.pixels))
        return self.halves[times - 1] if times else self.pixels

    def _read(self) -> np.ndarray:
        if "file" not in self.kept:
            image = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
            if image is None:
                raise SystemExit(f"{self.path} cannot be read as a picture.")
            self.kept["file"] = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        return self.kept["file"]

    def open_share(self) -> float:
        """Share of the photo that its ignored boxes cover."""
        height, width = self._read().shape[:2]
        self.kept.clear()
        return float(np.prod(self.ignored[:, 2:] - self.ignored[:, :2], axis=1).sum() / (height * width))

    @property
    def boxes(self) -> np.ndarray:
        """Faces in the pixels kept."""
        return self.faces * np.float32(self.scale)

    @property
    def blanks(self) -> np.ndarray:
        """Ignored boxes in the pixels kept."""
        return self.ignored * np.float32(self.scale)


@dataclass(frozen=True)
class Album:
    """The photos to learn from, by what they are for."""

    portraits: list[Photo]  # one person each, Caltech's Faces
    scenes: list[Photo]  # photos of anything, with faces boxed
    faceless: list[Photo]  # reviewed or of things: no face in them, though perhaps places to look away from

    real: str = ""  # name of the folder whose photos are of real scenes

    @property
    def with_faces(self) -> list[Photo]:
        """Portraits and those scenes that have a face."""
        return [*self.portraits, *(scene for scene in self.scenes if len(scene.faces))]


def check_folders(caltech: Path, coco: Path) -> None:
    """Raise SystemExit where the photos to learn from are not."""
    if not any((caltech / FACES).glob("*.jpg")):
        raise SystemExit(f"{caltech / FACES} has no photos: give --caltech the category folders of Caltech-101.")
    if not any((coco / TRAIN).glob("*.jpg")):
        raise SystemExit(f"{coco / TRAIN} has no photos: give --coco the folder with {TRAIN} and {VALIDATION}.")


def read_album(caltech: Path, coco: Path) -> Album:
    """Photos of the folders of Caltech-101 and of COCO's training images, with the boxes of `boxes_train.csv`."""
    listed = read_labels(BOXES)
    portraits: list[Photo] = []
    scenes: list[Photo] = []
    faceless: list[Photo] = []
    for path in sorted(caltech.glob("*/*.jpg")):
        name = f"{path.parent.name}/{path.name}"
        photo = _photo(path, listed.get(("caltech", name), []))
        if path.parent.name == FACES:
            portraits.append(photo)
        elif path.parent.name != FACES_AGAIN:
            _sorted_in(photo, scenes, faceless)
    for path in sorted(coco.glob("*.jpg")):
        rows = listed.get(("coco_train", path.name))
        if rows is not None:  # the others were not looked at
            _sorted_in(_photo(path, rows), scenes, faceless)
    portraits = [photo for photo in portraits if len(photo.faces)]
    return Album(portraits[:-HELD_OUT], scenes, faceless, coco.name)


def _sorted_in(photo: Photo, scenes: list[Photo], faceless: list[Photo]) -> None:
    """With or without faces; a photo that is mostly left open serves neither."""
    if len(photo.faces):
        scenes.append(photo)
    elif not len(photo.ignored) or photo.open_share() < MOSTLY:
        faceless.append(photo)


def _photo(path: Path, rows: Rows) -> Photo:
    return Photo(path, boxes(rows, "face"), boxes(rows, "ignore"))
