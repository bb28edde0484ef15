"""Training scenes made on the fly: photos framed anew, mosaics, and faces pasted into scenes without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from recipes.yolo_face.light import relight, spoil
from recipes.yolo_face.photos import Album, Photo

MOST = 20  # boxes of a scene
SMALLEST, LARGEST = 11.0, 0.85  # side of a face: pixels, and share of the scene's side
UNREADABLE = 9.0  # pixels: smaller faces are neither asked for nor punished
GREY = 114
REAL_SCENE, REAL_NOBODY = 5.0, 10.0  # how much likelier a photo of a real scene is, with faces and without
NOTHING = np.zeros((0, 4), np.float32)


@dataclass(frozen=True)
class Scene:
    """A picture with what is to be found in it."""

    pixels: np.ndarray  # (S, S, 3) uint8
    faces: np.ndarray  # (N, 4) float32, pixels
    ignored: np.ndarray  # (M, 4) float32

    def labels(self) -> np.ndarray:
        """(MOST, 5): left, top, right, bottom, and 1 for a face, -1 for a place to look away from, 0 for none."""
        small = np.sqrt(_areas(self.faces)) < UNREADABLE
        rows = [(*box, 1.0) for box in self.faces[~small]]
        rows += [(*box, -1.0) for box in (*self.faces[small], *self.ignored)]
        table = np.zeros((MOST, 5), np.float32)
        table[: min(len(rows), MOST)] = np.array(rows[:MOST], np.float32).reshape(-1, 5)
        return table


class SceneMaker:
    """Makes scenes from an album; the same seed gives the same scene."""

    def __init__(self, album: Album) -> None:
        self._album = album
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

    def scene(self, side: int, seed: tuple[int, ...]) -> Scene:
        """One scene of `side` x `side` pixels."""
        rng = np.random.default_rng(seed)
        make = rng.choice(len(RECIPES), p=[share for share, _ in RECIPES])
        made = RECIPES[make][1](self, side, rng)
        return Scene(spoil(made.pixels, rng), made.faces, made.ignored)

    def batch(self, side: int, count: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Pictures (count, side, side, 3) uint8 and labels (count, MOST, 5)."""
        scenes = [self.scene(side, (*seed, number)) for number in range(count)]
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


RECIPES: tuple[tuple[float, Callable[[SceneMaker, int, np.random.Generator], Scene]], ...] = (
    (0.30, SceneMaker.mosaic),
    (0.30, SceneMaker.pasted),
    (0.22, SceneMaker.single),
    (0.18, SceneMaker.empty),
)


def frame(photo: Photo, size: tuple[int, int], rng: np.random.Generator, ground: np.ndarray | None = None) -> Scene:
    """A photo turned, zoomed, squeezed and moved into width x height, so that a face of it gets a random size.

    ground: RGB uint8 of that size, seen where the photo ends; grey, a colour or a reflection if None.
    """
    width, height = size
    boxes, pixels = photo.boxes, photo.pixels
    rows, columns = pixels.shape[:2]
    if len(boxes):
        box = boxes[rng.integers(len(boxes))]
        own = max(float(np.sqrt(_areas(box[None]))[0]), 4.0)
        zoom = min(_face_side(min(size), rng) / own, 3.0)
        aim = (box[:2] + box[2:]) / 2 + rng.uniform(-0.45, 0.45, 2) * size / zoom
        inside = np.array(size) / zoom / 2  # keep the photo under the frame, where it is large enough
        whole = np.array((columns, rows), float)
        aim = np.where(whole > 2 * inside, np.clip(aim, inside, whole - inside), aim)
        aim = np.clip(aim, box[:2] - inside * 0.7, box[2:] + inside * 0.7)
    else:
        zoom = max(width / columns, height / rows) * np.exp(rng.uniform(-0.7, 0.7))
        aim = np.array((columns, rows)) * rng.uniform(0.3, 0.7, 2)
    whole_motion = _motion(aim, (width / 2, height / 2), zoom, rng.normal(0, 7), rng, mirror=rng.random() < 0.5)
    border = cv2.BORDER_REFLECT_101 if rng.random() < 0.4 and not len(boxes) else cv2.BORDER_TRANSPARENT
    halvings = _halvings(zoom)
    source, matrix = photo.halved(halvings), _for_halved(whole_motion, halvings)
    if ground is None:
        colour = (GREY,) * 3 if rng.random() < 0.6 else rng.integers(0, 256, 3)
        ground = np.full((height, width, 3), colour, np.uint8)
    out = cv2.warpAffine(source, matrix, size, dst=ground, flags=cv2.INTER_LINEAR, borderMode=border)
    faces, cut = _visible(_moved(boxes, whole_motion), size)
    blanks, _ = _visible(_moved(photo.blanks, whole_motion), size, least=0.0)
    return Scene(out, faces, np.concatenate([cut, blanks]))


def paste(
    canvas: np.ndarray, photo: Photo, of_face: bool, taken: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Blend a head (or a piece of a photo, of the same form) into a scene; its box, or None where there is no room."""
    side = canvas.shape[0]
    pixels = photo.pixels
    if of_face:
        box = photo.boxes[rng.integers(len(photo.boxes))]
        if np.sqrt(_areas(box[None]))[0] < 24:
            return None
    else:
        extent = np.array(pixels.shape[1::-1]) * rng.uniform(0.25, 0.7)
        corner = rng.uniform(0, 1, 2) * (np.array(pixels.shape[1::-1]) - extent)
        box = np.concatenate([corner, corner + extent]).astype(np.float32)
    wanted = _face_side(side, rng)
    zoom = min(wanted / float(np.sqrt(_areas(box[None]))[0]), 3.0)
    centre = rng.uniform(0, side, 2)
    matrix = _motion((box[:2] + box[2:]) / 2, centre, zoom, rng.normal(0, 14), rng, mirror=rng.random() < 0.5)
    placed, _ = _visible(_moved(box[None], matrix), (side, side), least=0.6)
    if not len(placed) or _crowded(placed[0], taken):
        return None
    reach = np.array((-0.7, -0.6, 0.7, 1.2), np.float32) * np.tile(box[2:] - box[:2], 2)
    x0, y0, x1, y1 = np.clip(box + reach, 0, np.tile(pixels.shape[1::-1], 2)).astype(int)
    cut = relight(pixels[y0:y1, x0:x1], rng)
    mask = _head_mask(cut.shape[:2], box - np.array((x0, y0, x0, y0)), rng)
    blend(canvas, np.dstack([cut, mask]), matrix @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1]]), zoom)
    if of_face and rng.random() < 0.2:
        _cover(canvas, placed[0], rng)
    return placed[0]


def _face_side(side: int, rng: np.random.Generator) -> float:
    """A face's side in pixels, small ones as often as large ones on a scale of logarithms."""
    return float(np.exp(rng.uniform(np.log(SMALLEST), np.log(side * LARGEST))))


def _head_mask(shape: tuple[int, int], box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Weights (H, W) uint8 of the head around a face: an oval or a rounded block with a soft edge."""
    width, height = box[2] - box[0], box[3] - box[1]
    left, right = box[0] - width * rng.uniform(0.05, 0.5), box[2] + width * rng.uniform(0.05, 0.5)
    top, bottom = box[1] - height * rng.uniform(0.05, 0.4), box[3] + height * rng.uniform(0.0, 0.9)
    mask = np.zeros(shape, np.uint8)
    centre = (int((left + right) / 2), int((top + bottom) / 2))
    axes = (max(int((right - left) / 2), 1), max(int((bottom - top) / 2), 1))
    if rng.random() < 0.6:
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1)
    else:
        cv2.rectangle(mask, (int(left), int(top)), (int(right), int(bottom)), 255, -1)
    soft = max(int(min(width, height) * rng.uniform(0.02, 0.2)) | 1, 3)
    return cv2.blur(mask, (soft, soft))


def blend(canvas: np.ndarray, piece: np.ndarray, matrix: np.ndarray, zoom: float) -> None:
    """Lay a piece with weights, RGBA uint8, over a canvas where `matrix` puts it."""
    height, width = piece.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    limit = np.array(canvas.shape[1::-1])
    x0, y0 = np.clip(np.floor(corners.min(axis=0)), 0, limit).astype(int)
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)), 0, limit).astype(int)
    if x1 <= x0 or y1 <= y0:
        return
    for _ in range(halvings := _halvings(zoom)):
        size = (max(piece.shape[1] // 2, 1), max(piece.shape[0] // 2, 1))
        piece = cv2.resize(piece, size, interpolation=cv2.INTER_AREA)
    matrix = _for_halved(matrix, halvings) - np.array([[0, 0, x0], [0, 0, y0]])
    piece = cv2.warpAffine(
        piece, matrix, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0)
    )
    under = canvas[y0:y1, x0:x1]
    weight = piece[:, :, 3:].astype(np.float32) / 255
    under[:] = under + (piece[:, :, :3] - under.astype(np.float32)) * weight


COVERS = {  # what hides a part of a face, as shares of its box: left, top, right, bottom
    "hat": (-0.1, -0.1, 1.1, 0.25),
    "glasses": (0.05, 0.27, 0.95, 0.48),
    "mask": (0.0, 0.6, 1.0, 1.0),
    "hand at the left": (-0.1, 0.1, 0.3, 1.0),
    "hand at the right": (0.7, 0.1, 1.1, 1.0),
}


def _cover(canvas: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> None:
    """Hide a part of a face behind a block of one colour."""
    kind = str(rng.choice(list(COVERS)))
    extent = np.tile(box[2:] - box[:2], 2)
    x0, y0, x1, y1 = (np.tile(box[:2], 2) + np.array(COVERS[kind]) * extent).astype(int)
    colour = rng.integers(0, 50, 3) if kind == "glasses" else rng.integers(0, 256, 3)
    cv2.rectangle(canvas, (int(x0), int(y0)), (int(x1), int(y1)), tuple(int(v) for v in colour), -1)


def _motion(
    source: np.ndarray, target: np.ndarray, zoom: float, degrees: float, rng: np.random.Generator, mirror: bool
) -> np.ndarray:
    """Affine matrix (2, 3) that brings `source` to `target`, turned by at most 30 degrees and squeezed a little."""
    angle = np.deg2rad(np.clip(degrees, -30, 30))
    across = zoom * np.exp(rng.uniform(-0.22, 0.08)) * (-1 if mirror else 1)
    down = zoom * np.exp(rng.uniform(-0.08, 0.08))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[across, rng.uniform(-0.08, 0.08) * zoom], [0, down]])
    return np.column_stack([linear, np.asarray(target) - linear @ np.asarray(source)]).astype(np.float32)


def _halvings(zoom: float) -> int:
    """How often a photo is halved first, so that shrinking by `zoom` skips no pixels of it."""
    return max(int(np.ceil(-np.log2(zoom / 0.6))), 0)


def _for_halved(matrix: np.ndarray, times: int) -> np.ndarray:
    """The same motion (2, 3) for a photo that was halved so many times."""
    return np.column_stack([matrix[:, :2] * 2**times, matrix[:, 2]])


def _moved(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Upright boxes (N, 4) around what turned boxes hold: ovals, whose corners are empty."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    centre = middle @ matrix[:, :2].T + matrix[:, 2]
    extent = np.sqrt(half**2 @ (matrix[:, :2] ** 2).T)
    return np.concatenate([centre - extent, centre + extent], axis=1).astype(np.float32)


def _visible(boxes: np.ndarray, size: tuple[int, int], least: float = 0.55) -> tuple[np.ndarray, np.ndarray]:
    """Boxes cut to the scene: those of which enough is left, and those of which too little is."""
    limit = np.array((*size, *size), np.float32)
    inside = np.clip(boxes, 0, limit)
    share = _areas(inside) / np.maximum(_areas(boxes), 1e-6)
    return inside[share > least], inside[(share <= least) & (share > 0.02)]


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def _crowded(box: np.ndarray, taken: np.ndarray) -> bool:
    """Whether a box would cover a good part of one that is there."""
    grown = box + np.array((-0.4, -0.4, 0.4, 0.6), np.float32) * np.tile(box[2:] - box[:2], 2)
    low, high = np.maximum(grown[:2], taken[:, :2]), np.minimum(grown[2:], taken[:, 2:])
    return bool((np.clip(high - low, 0, None).prod(axis=1) > 0.1 * _areas(taken)).any()) if len(taken) else False


def _odds(weights: list[float]) -> np.ndarray:
    values = np.array(weights, float)
    return values / values.sum()
