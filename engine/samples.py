"""Sample images that come with the libraries we depend on, read as files: importing those libraries takes a second."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from engine.images import LoadedImage, load_image


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture to start with."""

    id: str
    title: str
    kind: str  # "digit" or "photo": which models it suits
    source: str  # where it comes from, with its terms
    load: Callable[[], LoadedImage]


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], path)


def _file(package: str, path: str) -> Callable[[], LoadedImage]:
    return lambda: load_image(_inside(package, path))


@cache
def _digits() -> np.ndarray:
    """The 1,797 digits of scikit-learn: (N, 65) rows of 8 x 8 grey levels 0..16 and the label."""
    with gzip.open(_inside("sklearn", "datasets/data/digits.csv.gz"), "rt", encoding="ascii") as file:
        return np.loadtxt(file, delimiter=",", dtype=np.uint8)


def _digit(row: int) -> Callable[[], LoadedImage]:
    """One digit as ink on paper, enlarged so that its strokes are smooth."""

    def load() -> LoadedImage:
        ink = _digits()[row, :64].reshape(8, 8).astype(np.float32) / 16
        large = cv2.resize(np.pad(ink, 2), (192, 192), interpolation=cv2.INTER_CUBIC)
        stroke = np.clip((large - 0.4) / 0.25, 0, 1)  # steeper than the enlargement, or the pen looks wet
        paper = np.array([250, 247, 238], np.float32) - stroke[:, :, None] * (220, 205, 150)
        pixels = paper.astype(np.uint8)
        pixels.flags.writeable = False
        return LoadedImage(pixels, None)

    return load


_DIGITS = "scikit-learn digits (UCI, CC BY 4.0)"
_SKIMAGE = "scikit-image sample data, CC0 or public domain"
_MATPLOTLIB = "matplotlib sample data: Grace Hopper, U.S. Navy, public domain"
_SKLEARN = "scikit-learn sample images, CC BY"

SAMPLES: dict[str, Sample] = {
    sample.id: sample
    for sample in (
        Sample("digit-3", "Digit 3", "digit", _DIGITS, _digit(23)),
        Sample("digit-5", "Digit 5", "digit", _DIGITS, _digit(15)),
        Sample("digit-2", "Digit 2", "digit", _DIGITS, _digit(22)),
        Sample("digit-8", "Digit 8", "digit", _DIGITS, _digit(8)),
        Sample("cat", "Cat", "photo", _SKIMAGE, _file("skimage", "data/chelsea.png")),
        Sample("coffee", "Coffee", "photo", _SKIMAGE, _file("skimage", "data/coffee.png")),
        Sample("astronaut", "Astronaut", "photo", _SKIMAGE, _file("skimage", "data/astronaut.png")),
        Sample(
            "admiral", "Admiral", "photo", _MATPLOTLIB, _file("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
        ),
        Sample("rocket", "Rocket", "photo", _SKIMAGE, _file("skimage", "data/rocket.jpg")),
        Sample("flower", "Flower", "photo", _SKLEARN, _file("sklearn", "datasets/images/flower.jpg")),
        Sample("temple", "Temple", "photo", _SKLEARN, _file("sklearn", "datasets/images/china.jpg")),
    )
}
