"""A folder with the layout of MakeHuman's packages: a round head on a round neck, and everything that it may wear."""

from __future__ import annotations

import gzip
import json
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from recipes.yolo_face.people import bodies
from recipes.yolo_face.people.meshes import BODY, RIG, WEAR

MIDDLE = np.array((0.0, 7.3, 0.6))  # of the head, decimetres
HALF = np.array((0.8, 1.2, 1.0))
ROWS, COLUMNS = 25, 40
BONES = {"root": None, "neck01": "root", "neck02": "neck01", "neck03": "neck02", "head": "neck03", "jaw": "head"}
NECK = 6.15  # how high the neck ends
JOINTS = {
    "neck": (0, 6.0, 0.5),
    "head": (0, 7.0, 0.5),
    "spine-2": (0, 5.0, 0.5),
    "l-shoulder": (1.7, 5.9, 0.5),
    "l-eye": (0.3, 7.4, 1.5),
}


def made_up_people(folder: Path) -> Path:
    """Write everything that a person is made of into a folder; the folder."""
    points = _ball()
    _write_body(folder, points)
    _write_rig(folder, points)
    ear = np.flatnonzero((np.abs(points[:, 0]) > 0.75) & (points[:, 0] > 0))
    other_ear = np.flatnonzero((np.abs(points[:, 0]) > 0.75) & (points[:, 0] < 0))
    chin = np.flatnonzero((points[:, 1] < 6.5) & (points[:, 2] > 0.9))
    names = {"ears/l-ear-wing-incr": ear, "ears/r-ear-wing-incr": other_ear, "chin/chin-bones-incr": chin}
    for area, number in product(bodies.DETAILS, range(3)):
        names.setdefault(f"{area}/{area}-{number}", chin)
    for side, where in (("l", ear), ("r", other_ear)):
        names |= {f"cheek/{side}-cheek-{number}": where for number in range(3)}
    for origin, number in product(bodies.ORIGINS, range(3)):
        names[f"expression/units/{origin}/unit-left-{number}"] = ear
        names[f"expression/units/{origin}/unit-right-{number}"] = other_ear
    for sex, age in product(bodies.SEXES, bodies.AGES):
        names |= {f"macrodetails/{origin}-{sex}-{age}": chin for origin in bodies.ORIGINS}
        for weight in ("minweight", "averageweight", "maxweight"):
            names[f"macrodetails/universal-{sex}-{age}-averagemuscle-{weight}"] = chin
    for name, which in names.items():
        path = folder / BODY / "targets" / f"{name}.target.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress("\n".join(f"{n} 0 -.01 0" for n in which).encode()))
    for name in {*bodies.HAIR["female"], *bodies.HAIR["male"]}:
        _write_worn(folder, "hair", name, np.flatnonzero(points[:, 1] > 8.0), ("hair.png",))
    for name in (*bodies.CLOTHES["female"], *bodies.CLOTHES["male"], *bodies.HATS):
        _write_worn(folder, "clothes", name, np.flatnonzero(points[:, 1] < 6.2), ("cloth.png",))
    for number in range(1, 13):
        _write_worn(folder, "eyebrows", f"eyebrow{number:03d}", chin, ("brow.png",))
    _write_worn(folder, "eyes", "Low-Poly", chin, [f"{colour}_eye.png" for colour in set(bodies.EYES)])
    for age, origin, sex in product(("young", "middleage", "old"), bodies.ORIGINS, bodies.SEXES):
        path = folder / WEAR / "skins" / f"{age}_{origin}_{sex}" / "textures" / f"{age}_lightskinned_{sex}.png"
        path.parent.mkdir(parents=True)
        Image.new("RGB", (8, 8), (200, 150, 120)).save(path)
    return folder


def _ball() -> np.ndarray:
    """Points (ROWS * COLUMNS, 3) of a head, row by row from above."""
    down, around = np.meshgrid(np.linspace(0, np.pi, ROWS), np.linspace(0, 2 * np.pi, COLUMNS, False), indexing="ij")
    unit = np.stack([np.sin(down) * np.sin(around), np.cos(down), np.sin(down) * np.cos(around)], axis=-1)
    return unit.reshape(-1, 3) * HALF + MIDDLE


def _write_body(folder: Path, points: np.ndarray) -> None:
    lines = [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in points] + ["vt 0.5 0.5", "g body"]
    for row, column in product(range(ROWS - 1), range(COLUMNS)):
        upper, lower = row * COLUMNS, (row + 1) * COLUMNS
        after = (column + 1) % COLUMNS
        corners = (upper + column, lower + column, lower + after, upper + after)
        lines.append("f " + " ".join(f"{corner + 1}/1" for corner in corners))
    for number, (name, at) in enumerate(JOINTS.items(), start=len(points) + 1):
        lines += ["v {} {} {}".format(*at), f"g joint-{name}", "f " + " ".join([f"{number}/1"] * 4)]
    path = folder / BODY / "3dobjs" / "base.obj"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def _write_rig(folder: Path, points: np.ndarray) -> None:
    """The head on one bone, what is below it half on the neck and half on the ground, the chin on the jaw."""
    chin = (points[:, 1] < 6.8) & (points[:, 1] >= NECK) & (points[:, 2] > 0.9)
    below = np.flatnonzero(points[:, 1] < NECK)
    hung = {
        "head": [(int(n), 1.0) for n in np.flatnonzero((points[:, 1] >= NECK) & ~chin)],
        "jaw": [(int(n), 1.0) for n in np.flatnonzero(chin)],
        "neck02": [(int(n), 0.5) for n in below],
        "root": [(int(n), 0.5) for n in below],
    }
    (folder / RIG).mkdir(parents=True)
    rig = {bone: {"parent": parent or ""} for bone, parent in BONES.items()}
    (folder / RIG / "rig.default.json").write_text(json.dumps(rig), encoding="utf-8")
    (folder / RIG / "weights.default.json").write_text(json.dumps({"weights": hung}), encoding="utf-8")


def _write_worn(folder: Path, kind: str, name: str, near: np.ndarray, textures) -> None:
    """Four points that hang on the body, a little before it, as one face."""
    where = folder / WEAR / "proxies" / kind / name
    (where / "textures").mkdir(parents=True)
    for texture in textures:
        Image.new("RGBA", (8, 8), (90, 60, 40, 255)).save(where / "textures" / texture)
    owners = [[int(n) for n in near[-6 + first :][:3]] for first in range(4)]
    data = {
        "faces": [11, 0, 1, 2, 3, 0, 0, 1, 2, 3],
        "uvs": [[0, 0, 1, 0, 1, 1, 0, 1]],
        "ref_vIdxs": owners,
        "weights": [[0.5, 0.3, 0.2]] * 4,
        "offsets": [[0, 0, 0.1]] * 4,
        "materials": [{"mapDiffuse": f"textures/{next(iter(textures))}"}],
    }
    (where / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
