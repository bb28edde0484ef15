"""What goes in: textbook arrays, sample photos, and any image brought to a size that stays interactive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from engine.errors import InvalidImage
from engine.images import load_image

WORKING_SIDE = 512  # longest side in cells; larger images are reduced to it
SMALL_SIDE = 16  # up to this every number is shown and can be edited
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601 luma


@dataclass(frozen=True, slots=True)
class Input:
    """An array to work on and what had to be done to it."""

    values: np.ndarray  # (H, W, C) float32, read-only; photos lie in 0..1
    name: str
    notes: tuple[str, ...] = ()

    @property
    def small(self) -> bool:
        """Whether every cell can be shown with its number."""
        return max(self.values.shape[:2]) <= SMALL_SIDE


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the list of inputs."""

    key: str
    title: str
    about: str
    make: Callable[[], np.ndarray]  # (H, W) or (H, W, C) float32, or RGB uint8
    photo: bool = False


def from_pixels(pixels: np.ndarray, name: str, grey: bool = False, side: int = WORKING_SIDE) -> Input:
    """An RGB uint8 image (H, W, 3) as numbers in 0..1, reduced so that no side exceeds `side`.

    grey: one channel of luma instead of three. The notes say when the size changed.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape or pixels.dtype != np.uint8:
        raise InvalidImage(f"{name} has shape {pixels.shape}.", "Expected (height, width, 3) of 8 bits.")
    height, width = pixels.shape[:2]
    notes: tuple[str, ...] = ()
    if max(height, width) > side:
        scale = side / max(height, width)
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        notes = (f"{width} × {height} pixels, worked on at {size[0]} × {size[1]}.",)
    values = pixels.astype(np.float32) / np.float32(255)
    return Input(read_only((values @ _GREY)[:, :, None] if grey else values), name, notes)


def from_source(key: str, grey: bool = False) -> Input:
    """The listed input `key`."""
    source = SOURCES[key]
    values = source.make()
    if values.dtype == np.uint8:
        return from_pixels(values, source.title, grey)
    return Input(read_only(values[:, :, None] if values.ndim == 2 else values), source.title)


def to_image(given: Input) -> np.ndarray:
    """An input as an RGB uint8 image (H, W, 3): 1, or the largest number if that is more, becomes 255."""
    top = max(float(given.values.max()), 1.0)
    shown = np.clip((given.values * (255 / top)).round(), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(shown if shown.shape[2] == 3 else np.repeat(shown, 3, axis=2))


def edited(given: Input, cell: tuple[int, int, int], number: float) -> Input:
    """A copy with one cell changed."""
    values = given.values.copy()
    values[cell] = number
    return Input(read_only(values), given.name if given.name.endswith("(edited)") else f"{given.name} (edited)")


def read_only(values: np.ndarray) -> np.ndarray:
    """A contiguous float32 array nobody can write to."""
    values = np.ascontiguousarray(values, np.float32)
    values.flags.writeable = False
    return values


def _square() -> np.ndarray:
    values = np.zeros((5, 5), np.float32)
    values[1:4, 1:4] = 1
    return values


def _ramp() -> np.ndarray:
    return np.arange(1, 17, dtype=np.float32).reshape(4, 4)


def _impulse() -> np.ndarray:
    values = np.zeros((9, 9), np.float32)
    values[4, 4] = 1
    return values


def _step() -> np.ndarray:
    values = np.zeros((8, 8), np.float32)
    values[:, 4:] = 10
    return values


def _checkerboard() -> np.ndarray:
    return (np.indices((8, 8)).sum(axis=0) % 2).astype(np.float32)


def _wave() -> np.ndarray:
    """Rings of growing frequency, the zone plate: shows what a filter and a stride do to fine detail."""
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    return (0.5 + 0.5 * np.cos(64 * np.pi * (x**2 + y**2))).astype(np.float32)


def _file(package: str, path: str) -> Callable[[], np.ndarray]:
    """A photo that a library brings along, found without importing the library."""

    def make() -> np.ndarray:
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        return _photo(Path(spec.submodule_search_locations[0], path))

    return make


@lru_cache(maxsize=16)
def _photo(path: Path) -> np.ndarray:
    return load_image(path).pixels


SOURCES: dict[str, Source] = {
    s.key: s
    for s in (
        Source("square", "Square 5 × 5", "A bright square on a dark ground, the textbook example.", _square),
        Source("ramp", "Ramp 4 × 4", "The numbers 1 to 16: pooling can be checked in your head.", _ramp),
        Source("impulse", "Impulse 9 × 9", "A single 1: the output is the kernel, turned by 180°.", _impulse),
        Source("step", "Step 8 × 8", "An edge from 0 to 10.", _step),
        Source("checkerboard", "Checkerboard 8 × 8", "The finest pattern there is.", _checkerboard),
        Source("wave", "Zone plate", "Rings that grow finer outwards.", _wave),
        Source("china", "China", "Temple roof; scikit-learn.", _file("sklearn", "datasets/images/china.jpg"), True),
        Source("flower", "Flower", "Dahlia; scikit-learn.", _file("sklearn", "datasets/images/flower.jpg"), True),
        Source(
            "astronaut",
            "Astronaut",
            "Eileen Collins, NASA; scikit-image.",
            _file("skimage", "data/astronaut.png"),
            True,
        ),
        Source("camera", "Cameraman", "Grey photo; scikit-image.", _file("skimage", "data/camera.png"), True),
        Source("chelsea", "Cat", "Chelsea; scikit-image.", _file("skimage", "data/chelsea.png"), True),
        Source("coffee", "Coffee", "Cup and spoon; scikit-image.", _file("skimage", "data/coffee.png"), True),
        Source("coins", "Coins", "Greek coins; scikit-image.", _file("skimage", "data/coins.png"), True),
        Source("rocket", "Rocket", "Launch pad; scikit-image.", _file("skimage", "data/rocket.jpg"), True),
        Source("page", "Page", "Printed text; scikit-image.", _file("skimage", "data/page.png"), True),
        Source(
            "hopper",
            "Grace Hopper",
            "Portrait; matplotlib.",
            _file("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
            True,
        ),
    )
}
