"""A synthetic scene for machines without a camera: photos of two people, a cat and a cup drift over a background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.samples import SAMPLES
from engine.video.frame import sealed
from engine.video.source import Granted, Source, Ticker


@dataclass(frozen=True, slots=True)
class Actor:
    """One photo that moves back and forth; places are fractions of the free way."""

    label: str  # the COCO class that is on it
    sample: str  # id of the sample photo
    height: float  # fraction of the scene's height
    across: tuple[float, float]  # from where to where it moves, left to right
    down: tuple[float, float]  # and from top to bottom
    speed: tuple[float, float]  # ways a second
    # left, top, right and bottom of the face, fractions of the photo
    face: tuple[float, float, float, float] | None = None


# Those further down are drawn over those further up; places are such that no face is ever hidden.
ACTORS = (
    Actor("person", "admiral", 0.40, (0.0, 0.26), (0.0, 0.10), (0.070, 0.050), (0.34, 0.15, 0.62, 0.49)),
    Actor("person", "astronaut", 0.52, (0.0, 0.27), (0.85, 1.0), (0.110, 0.043), (0.34, 0.11, 0.56, 0.42)),
    Actor("cat", "cat", 0.38, (0.66, 1.0), (0.0, 0.28), (0.090, 0.070)),
    Actor("cup", "coffee", 0.36, (0.68, 1.0), (0.72, 1.0), (0.130, 0.057)),
)


class SyntheticScene(Source):
    """Moving photos, the same for the same frame number on every machine.

    live=False makes it behave as a file of `frames` frames instead: nothing is dropped and it ends.
    """

    def __init__(
        self, width: int = 960, height: int = 720, fps: float = 30.0, live: bool = True, frames: int | None = None
    ) -> None:
        super().__init__("Sample scene")
        self.live = live
        self._size = (width, height)
        self._fps = fps
        self._frames = frames
        self._index = 0
        self._ticker = Ticker(fps)
        self._background: np.ndarray | None = None
        self._photos: list[np.ndarray] = []

    def open(self) -> Granted:
        width, height = self._size
        if self._background is None:
            self._photos = [_photo(actor, self._size) for actor in ACTORS]
            self._background = _background(width, height)
        self._index, self._ticker = 0, Ticker(self._fps)
        return Granted(width, height, self._fps, "RGB", "Synthetic", self._frames)

    def read(self) -> tuple[np.ndarray, float] | None:
        if self._frames is not None and self._index >= self._frames:
            return None
        if self.live:
            self._index = max(self._index, int(self._ticker.wait() * self._fps))
        image = self.draw(self._index)
        self._index += 1
        return image, (self._index - 1) / self._fps

    def draw(self, index: int) -> np.ndarray:
        """The picture of one frame number, RGB uint8 (H, W, 3), read-only."""
        assert self._background is not None, "open the scene before drawing"
        canvas = self._background.copy()
        for photo, (x, y, w, h) in zip(self._photos, self.truth(index), strict=True):
            canvas[y : y + h, x : x + w] = photo
        return sealed(canvas)

    def truth(self, index: int) -> list[tuple[int, int, int, int]]:
        """Left, top, width and height of each actor's photo on one frame, in the order of ACTORS; pixels."""
        boxes = []
        for actor, photo in zip(ACTORS, self._photos, strict=True):
            free = (self._size[0] - photo.shape[1], self._size[1] - photo.shape[0])
            place = [
                round((low + (high - low) * _there_and_back(speed * index / self._fps)) * way)
                for (low, high), speed, way in zip((actor.across, actor.down), actor.speed, free, strict=True)
            ]
            boxes.append((place[0], place[1], photo.shape[1], photo.shape[0]))
        return boxes

    def faces(self, index: int) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom of each face on one frame; pixels."""
        return [
            (x + a.face[0] * w, y + a.face[1] * h, x + a.face[2] * w, y + a.face[3] * h)
            for a, (x, y, w, h) in zip(ACTORS, self.truth(index), strict=True)
            if a.face is not None
        ]

    def close(self) -> None:
        pass


def _there_and_back(way: float) -> float:
    """Triangle wave: 0 to 1 and back with period 2, beginning on the way up."""
    return 1.0 - abs((way + 0.3) % 2.0 - 1.0)


def _photo(actor: Actor, size: tuple[int, int]) -> np.ndarray:
    picture = SAMPLES[actor.sample].load().pixels
    height = max(round(size[1] * actor.height), 8)
    width = min(max(round(picture.shape[1] * height / picture.shape[0]), 8), size[0])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _background(width: int, height: int) -> np.ndarray:
    """A soft vertical gradient with a floor: quiet enough that nothing is detected in it."""
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, bottom = np.array([198, 208, 214], np.float32), np.array([150, 158, 166], np.float32)
    picture = np.broadcast_to(top + (bottom - top) * ramp, (height, width, 3)).copy()
    picture[int(height * 0.8) :] *= 0.86
    return picture.astype(np.uint8)
