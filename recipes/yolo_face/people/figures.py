"""Heads and shoulders as cut-outs, seen from any side, with the box of the face where there is one to see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from recipes.yolo_face.people import meshes
from recipes.yolo_face.people.bodies import Person, person
from recipes.yolo_face.people.meshes import Mesh
from recipes.yolo_face.people.posing import Camera, Pose
from recipes.yolo_face.people.rendering import Layer, draw, normals

SKIN, FACE, HAIR, CLOTHES = 1, 2, 3, 4
TALL = 96.0  # pixels of a face in a cut-out, from the forehead to the chin
FINER = 2  # pixels drawn for one that is kept
WIDE, ABOVE, BELOW = 3.2, 1.5, 1.45  # how far a cut-out goes: in faces, around and from the middle of the face
HIGH = 0.83  # the forehead that belongs to the face, above the eyes, for the way from the chin to the eyes
UNDER = 0.2  # decimetres that the skin of the body is drawn farther in, so that it does not come through clothes
ARMS, SLEEVES = 1.1, 1.4  # how far they are drawn, in shoulders; the ends of arms stay in sleeves
SHOWING = 0.2  # share of a face's width that must be free of hair and hat where its box begins
EYES = 0.35  # where the box begins at the latest, as a share of the face from above
FACE_SEEN, NO_FACE_SEEN = 0.30, 0.10  # shares of the face as seen from ahead; between them nobody can say


@dataclass(frozen=True)
class Figure:
    """A cut-out of a person."""

    pixels: np.ndarray  # (H, W, 4) uint8, RGBA
    box: np.ndarray  # (4,) float32, pixels: the face, or where it would be
    seen: float  # share of the face that is seen


def figure(folder: Path, seed: tuple[int, ...]) -> Figure:
    """Somebody from some side; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    who = person(folder, rng)
    yaw = rng.uniform(-180, 180) if rng.random() < 0.55 else rng.normal(0, 50)
    body = yaw + np.clip(rng.normal(0, 25), -60, 60)
    pitch, tilt = np.clip(rng.normal(8, 18), -35, 50), np.clip(rng.normal(0, 10), -25, 25)
    return drawn(folder, who, Pose(yaw, pitch, tilt, body), rng)


def drawn(folder: Path, who: Person, pose: Pose, rng: np.random.Generator) -> Figure:
    """A person in a pose, in some light and from some distance."""
    face = who.points[face_points(folder)]
    wide, tall = np.ptp(face[:, 0]), np.ptp(face[:, 1])
    scale = TALL * FINER / tall
    size = int(WIDE * TALL * FINER), int((ABOVE + BELOW) * TALL * FINER)
    centre = (size[0] / 2, ABOVE * TALL * FINER)
    middle = who.points[meshes.body(folder).parts["joint-head"]].mean(axis=0)
    camera = Camera(pose, middle, face.mean(axis=0), centre, scale, rng.uniform(10, 40))
    layers = _layers(folder, who, camera)
    light = rng.normal((0, -0.5, 0.7), 0.6)
    picture, kinds = draw(layers, size, light / np.linalg.norm(light), rng.uniform(0.4, 0.9))
    seen = float((kinds == FACE).sum() / (wide * tall * scale**2 * np.pi / 4))
    box = _below_hair(_box_ahead(folder, layers[0]), kinds) if seen >= NO_FACE_SEEN else None
    if box is None:
        half = np.array((wide, tall)) * scale / 2
        box = np.concatenate([centre - half, centre + half])
    return Figure(_cut_out(picture, kinds), (box / FINER).astype(np.float32), seen)


@cache
def face_points(folder: Path) -> np.ndarray:
    """Numbers of the body's points that a face's box is around: from the forehead to the chin, between the ears."""
    body = meshes.body(folder)
    points = body.points
    ears = np.unique(np.concatenate([meshes.target(folder, f"ears/{side}-ear-wing-incr")[0] for side in "lr"]))
    eyes = points[body.parts["joint-l-eye"]].mean(axis=0)
    moved, far = meshes.target(folder, "chin/chin-bones-incr")
    chin = points[moved[np.abs(far).max(axis=1) > 0.5 * np.abs(far).max()], 1].min()
    skin = np.unique(body.skin.triangles)
    high = eyes[1] + HIGH * (eyes[1] - chin)
    inside = (points[skin, 1] > chin) & (points[skin, 1] < high) & (points[skin, 2] > points[ears, 2].mean() + 0.15)
    return np.setdiff1d(skin[inside], ears)


def _box_ahead(folder: Path, skin: Layer) -> np.ndarray | None:
    """The box of those points of the face that are turned to the camera, or None for hardly any."""
    face = face_points(folder)
    ahead = skin.points[face][normals(skin.points, skin.mesh.triangles)[face, 2] > 0.05, :2]
    return np.concatenate([ahead.min(axis=0), ahead.max(axis=0)]) if len(ahead) >= 30 else None


def _below_hair(box: np.ndarray | None, kinds: np.ndarray) -> np.ndarray | None:
    """The box without what hair or a hat hides of the forehead, as people draw it."""
    if box is None:
        return None
    left, top, right, bottom = np.maximum(box, 0).astype(int)
    free = (kinds[top:bottom, left:right] == FACE).mean(axis=1) >= SHOWING
    hidden = min(int(free.argmax()), EYES * (bottom - top)) if free.any() else 0
    return box + np.array((0, hidden, 0, 0))


def _layers(folder: Path, who: Person, camera: Camera) -> list[Layer]:
    """Everything that is drawn, down to the chest; the skin first."""
    body, turning = meshes.body(folder), meshes.turning(folder)
    chest = who.points[body.parts["joint-spine-2"], 1].mean()
    shoulder = np.abs(who.points[body.parts["joint-l-shoulder"], 0]).mean()

    def near(points: np.ndarray, mesh: Mesh, wide: float) -> Mesh:
        kept = ((points[:, 1] > chest) & (np.abs(points[:, 0]) < wide))[mesh.triangles].all(axis=1)
        return Mesh(mesh.triangles[kept], mesh.places[kept])

    skin = near(who.points, body.skin, ARMS * shoulder)
    is_face = np.isin(skin.triangles, face_points(folder)).all(axis=1)
    inwards = normals(who.points, body.skin.triangles)  # made for pictures, where y runs down
    pixels = camera.pixels(who.points + UNDER * (1 - turning)[:, None] * inwards, turning)
    layers = [Layer(pixels, skin, who.skin, np.where(is_face, FACE, SKIN).astype(np.uint8))]
    for things, kind in ((who.eyes, FACE), (who.hair, HAIR), (who.clothes, CLOTHES)):
        for thing in things:
            points = thing.points(who.points)
            mesh = near(points, thing.mesh, SLEEVES * shoulder)
            kinds = np.full(len(mesh.triangles), kind, np.uint8)
            pixels = camera.pixels(points, thing.turning(turning))
            layers.append(Layer(pixels, mesh, thing.texture, kinds, two_sided=True))
    return layers


def _cut_out(picture: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Fewer and softer pixels; what is seen through is a matter of how many of the fine ones are."""
    there = (kinds > 0).astype(np.float32)
    size = (picture.shape[1] // FINER, picture.shape[0] // FINER)
    share = cv2.resize(there, size, interpolation=cv2.INTER_AREA)
    colours = cv2.resize(picture * there[:, :, None], size, interpolation=cv2.INTER_AREA)
    colours = colours / np.maximum(share, 1e-3)[:, :, None]
    return np.dstack([np.clip(colours, 0, 255), np.clip(share * 1.15, 0, 1) * 255]).round().astype(np.uint8)
