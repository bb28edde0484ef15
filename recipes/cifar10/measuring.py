"""How good the photo classifier's files are: on test images, on photographs, and how quick."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from engine.images import load_image
from engine.models.preprocessing import prepare
from recipes.cifar10.network import HOW, LABELS, SIDE
from recipes.contact_sheet import Tile
from recipes.latency import milliseconds

PHOTOS = Path(__file__).with_name("photos.csv")  # photographs of one of the classes, and what is on them
SAMPLE = 88  # test images on a contact sheet


@dataclass(frozen=True)
class Judged:
    """A picture and what it was called."""

    what: str  # in words
    pixels: np.ndarray  # (H, W, 3) uint8 RGB
    truth: str
    answer: str


@dataclass(frozen=True)
class Measured:
    """What the files did."""

    images: int  # of the test set
    accuracy: float  # share of them
    photos: tuple[Judged, ...]
    sample: tuple[Judged, ...]  # some of the test images, drawn at random
    milliseconds: float  # an image through the ONNX file, median

    @property
    def missed(self) -> tuple[Judged, ...]:
        """Photographs that got another name."""
        return tuple(photo for photo in self.photos if photo.truth != photo.answer)

    def tiles(self) -> list[Tile]:
        """The photographs and the sample, as they were called."""
        shown = (*self.photos, *self.sample)
        return [Tile(one.pixels, f"{one.truth}: {one.answer}", one.truth == one.answer) for one in shown]

    def line(self) -> str:
        """All in a line."""
        right = len(self.photos) - len(self.missed)
        return f"test images {self.accuracy:.4f} of {self.images}; photographs {right} of {len(self.photos)}"


def measure(path: Path, x: np.ndarray, y: np.ndarray, photos: Path | None) -> Measured:
    """The files at `path` (.keras, with .onnx beside it) on uint8 images (N, SIDE, SIDE, 3), and a folder of photos."""
    network = keras.models.load_model(path, compile=False)
    answers = network.predict(x.astype(np.float32) / 255, 500, verbose=0).argmax(1)
    judged = judge_photos(network, photos) if photos else ()
    drawn = np.random.default_rng(0).permutation(len(x))[:SAMPLE]
    sample = tuple(Judged("", x[n], LABELS[y[n]], LABELS[answers[n]]) for n in drawn)
    return Measured(
        len(x), float((answers == y).mean()), judged, sample, milliseconds(path.with_suffix(".onnx"), 3, SIDE)
    )


def listed_photos(folder: Path) -> list[dict[str, str]]:
    """Rows (file, class, what) of the list of photographs. Raises SystemExit where one is not in the folder."""
    with PHOTOS.open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    if missing := [row["file"] for row in listed if not (folder / row["file"]).is_file()]:
        raise SystemExit(f"{folder} lacks {len(missing)} of {len(listed)} photographs of {PHOTOS.name}: {missing[0]}.")
    return listed


def judge_photos(network: keras.Model, folder: Path) -> tuple[Judged, ...]:
    """Every photograph of the list, through the preprocessing of the application."""
    listed = listed_photos(folder)
    photos = [load_image(folder / row["file"]).pixels for row in listed]
    tensors = np.stack([prepare(photo, HOW).tensor for photo in photos])
    named = [LABELS[answer] for answer in network.predict(tensors, verbose=0).argmax(1)]
    rows = zip(listed, photos, named, strict=True)
    return tuple(Judged(row["what"], photo, row["class"], name) for row, photo, name in rows)
