"""Training scenes made on the fly: photos framed anew, mosaics, and faces and rendered people pasted into scenes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from recipes.yolo_face.framing import frame
from recipes.yolo_face.geometry import GREY
from recipes.yolo_face.light import spoil
from recipes.yolo_face.pasting import paste, paste_figure
from recipes.yolo_face.people.cast import Member
from recipes.yolo_face.people.figures import FACE_SEEN, NO_FACE_SEEN
from recipes.yolo_face.photos import Album, Photo
from recipes.yolo_face.rounds import Mix
from recipes.yolo_face.scene import Scene

REAL_SCENE, REAL_NOBODY = 5.0, 10.0  # how much likelier a photo of a real scene is, with faces and without
NOTHING = np.zeros((0, 4), np.float32)


class SceneMaker:
    """Makes scenes from an album and a cast of rendered people; the same seed gives the same scene."""

    def __init__(self, album: Album, cast: Sequence[Member]) -> None:
        self._album, self._cast = album, cast
        self._with_faces = album.with_faces
        # Portraits are many and alike: a photo of a real scene is taken as often as several of them.
        self._face_odds = _odds(
            [1.0] * len(album.portraits) + [REAL_SCENE] * (len(self._with_faces) - len(album.portraits))
        )
        # Large categories count for more than small ones, but not by their number; people seen from behind for most.
        sizes = Counter(photo.path.parent.name for photo in album.faceless)
        self._faceless_odds = _odds(
            [
                sizes[(kind := photo.path.parent.name)] ** -0.6 * (REAL_NOBODY if kind == album.real else 1.0)
                for photo in album.faceless
            ]
        )

    def scene(self, side: int, seed: tuple[int, ...], mix: Mix) -> Scene:
        """One scene of `side` x `side` pixels."""
        rng = np.random.default_rng(seed)
        kind = rng.choice(list(mix), p=list(mix.values()))
        made = getattr(self, kind)(side, rng)
        return Scene(spoil(made.pixels, rng), made.faces, made.ignored)

    def batch(self, side: int, count: int, seed: tuple[int, ...], mix: Mix) -> tuple[np.ndarray, np.ndarray]:
        """Pictures (count, side, side, 3) uint8 and labels (count, MOST, 5)."""
        scenes = [self.scene(side, (*seed, number), mix) for number in range(count)]
        return np.stack([scene.pixels for scene in scenes]), np.stack([scene.labels() for scene in scenes])

    def mosaic(self, side: int, rng: np.random.Generator) -> Scene:
        """Four photos around a point, about half of them with faces."""
        cx, cy = (int(side * rng.uniform(0.3, 0.7)) for _ in range(2))
        canvas = np.full((side, side, 3), GREY, np.uint8)
        faces, ignored = [NOTHING], [NOTHING]
        for x0, y0, x1, y1 in ((0, 0, cx, cy), (cx, 0, side, cy), (0, cy, cx, side), (cx, cy, side, side)):
            pick = self._someone if rng.random() < 0.5 else self._nobody
            ground = frame(self._nobody(rng), (x1 - x0, y1 - y0), rng).pixels if rng.random() < 0.5 else None
            tile = frame(pick(rng), (x1 - x0, y1 - y0), rng, ground)
            canvas[y0:y1, x0:x1] = tile.pixels
            shift = np.array((x0, y0, x0, y0), np.float32)
            faces.append(tile.faces + shift)
            ignored.append(tile.ignored + shift)
        return Scene(canvas, np.concatenate(faces), np.concatenate(ignored))

    def single(self, side: int, rng: np.random.Generator) -> Scene:
        """One photo with a face, on another without where it does not fill the scene."""
        ground = self.empty(side, rng).pixels if rng.random() < 0.7 else None
        return frame(self._someone(rng), (side, side), rng, ground)

    def empty(self, side: int, rng: np.random.Generator) -> Scene:
        """One photo without."""
        return frame(self._nobody(rng), (side, side), rng)

    def pasted(self, side: int, rng: np.random.Generator) -> Scene:
        """A scene without faces, into which faces and other things are pasted in the same way."""
        scene = self.mosaic_of_nobody(side, rng) if rng.random() < 0.2 else self.empty(side, rng)
        canvas, taken = scene.pixels.copy(), scene.ignored
        faces: list[np.ndarray] = []
        for _ in range(rng.integers(1, 6)):
            of_face = rng.random() < 0.7
            photo = self._someone(rng) if of_face else self._nobody(rng)
            box = paste(canvas, photo, of_face, np.concatenate([taken, *faces]) if faces else taken, rng)
            if box is not None and of_face:
                faces.append(box[None])
            elif box is not None:
                taken = np.concatenate([taken, box[None]])  # things and faces do not cover each other
        return Scene(canvas, np.concatenate([NOTHING, *faces]), scene.ignored)

    def peopled(self, side: int, rng: np.random.Generator) -> Scene:
        """A scene with or without faces, into which rendered people are pasted: seen from all sides."""
        scene = self.single(side, rng) if rng.random() < 0.3 else self.empty(side, rng)
        canvas, faces, ignored = scene.pixels.copy(), [scene.faces], [scene.ignored]
        taken = [scene.faces, scene.ignored]
        for _ in range(rng.integers(1, 6)):
            member = self._cast[int(rng.integers(len(self._cast)))]
            box = paste_figure(canvas, member.figure(), np.concatenate(taken), rng)
            if box is None:
                continue
            taken.append(box[None])
            if member.seen >= FACE_SEEN:
                faces.append(box[None])
            elif member.seen >= NO_FACE_SEEN:
                ignored.append(box[None])
        return Scene(canvas, np.concatenate(faces), np.concatenate(ignored))

    def mosaic_of_nobody(self, side: int, rng: np.random.Generator) -> Scene:
        """Two photos without faces side by side."""
        cut = int(side * rng.uniform(0.3, 0.7))
        left, right = (frame(self._nobody(rng), (w, side), rng) for w in (cut, side - cut))
        shift = np.array((cut, 0, cut, 0), np.float32)
        both = np.concatenate([left.ignored, right.ignored + shift])
        return Scene(np.concatenate([left.pixels, right.pixels], axis=1), NOTHING, both)

    def _someone(self, rng: np.random.Generator) -> Photo:
        return self._with_faces[rng.choice(len(self._with_faces), p=self._face_odds)]

    def _nobody(self, rng: np.random.Generator) -> Photo:
        return self._album.faceless[rng.choice(len(self._album.faceless), p=self._faceless_odds)]


def _odds(weights: list[float]) -> np.ndarray:
    values = np.array(weights, float)
    return values / values.sum()
