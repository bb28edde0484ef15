"""Make up a person: a body of some age, origin and sex, with a face of its own, and what it wears."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes.yolo_face.people import meshes
from recipes.yolo_face.people.meshes import Worn

AGES, ORIGINS, SEXES = ("child", "young", "old"), ("african", "asian", "caucasian"), ("female", "male")
DETAILS = ("head", "nose", "mouth", "chin", "cheek", "eyes", "forehead", "neck")
MOST_OF_A_DETAIL = 0.7
HAIR = {
    "female": ("bob01", "bob02", "long01", "ponytail01", "Braid01", "afro01", "short01"),
    "male": ("short01", "short02", "short03", "short04", "afro01", "short02", "short03"),
}
CLOTHES = {
    "female": ("female_casualsuit01", "female_casualsuit02", "female_elegantsuit01", "female_sportsuit01"),
    "male": (*(f"male_casualsuit0{number}" for number in range(1, 7)), "male_elegantsuit01", "male_worksuit01"),
}
HATS = ("fedora", "fedora_cocked")
EYES = ("brown", "brown", "brown", "blue", "brownlight", "green", "grey")
DARK = (22, 18, 17), (30, 24, 20), (42, 30, 24)
HAIR_COLOURS = {
    "african": DARK,
    "asian": DARK,
    "caucasian": (*DARK, (75, 50, 34), (105, 75, 48), (150, 118, 78), (110, 60, 38)),
}
GREY = (150, 148, 145)
CONTRAST = 0.6  # of dyed things: textures shine more than most hair does
BALD = {"female": 0.0, "male": 0.15}
HATTED = 0.15


@dataclass(frozen=True)
class Person:
    """A person who does not exist, standing."""

    points: np.ndarray  # (B, 3) float32, decimetres, of the body
    skin: np.ndarray  # (H, W, 4) uint8
    eyes: list[Worn]  # with the brows
    hair: list[Worn]  # with the hat
    clothes: list[Worn]


def person(folder: Path, rng: np.random.Generator) -> Person:
    """Somebody, from the numbers of `rng`."""
    sex, origin = rng.choice(SEXES), rng.choice(ORIGINS)
    age = rng.choice(AGES, p=(0.15, 0.6, 0.25))
    points = meshes.body(folder).points.copy()
    weight = rng.choice(("minweight", "averageweight", "maxweight"), p=(0.2, 0.6, 0.2))
    _change(points, folder, f"macrodetails/{origin}-{sex}-{age}", 1.0)
    _change(points, folder, f"macrodetails/universal-{sex}-{age}-averagemuscle-{weight}", 1.0)
    for area in DETAILS:
        _change_some(points, folder, area, rng)
    _change_some(points, folder, f"expression/units/{origin}", rng)
    hair = [] if rng.random() < BALD[sex] else [_hair(folder, sex, origin, age, rng)]
    if rng.random() < HATTED:
        hair.append(_dyed(meshes.worn(folder, "clothes", rng.choice(HATS)), rng.uniform(20, 230, 3)))
    brows = meshes.worn(folder, "eyebrows", f"eyebrow{rng.integers(1, 13):03d}")
    eyes = meshes.worn(folder, "eyes", "Low-Poly", f"{rng.choice(EYES)}_eye.png")
    clothes = meshes.worn(folder, "clothes", rng.choice(CLOTHES[sex]))
    if rng.random() < 0.6:
        clothes = _dyed(clothes, rng.uniform(10, 245, 3))
    return Person(points, _skin(folder, age, origin, sex, rng), [eyes, brows], hair, [clothes])


def _change_some(points: np.ndarray, folder: Path, area: str, rng: np.random.Generator) -> None:
    """Three changes of an area; what one of them does to the left side happens on the right side too."""
    names = [name for name in meshes.targets(folder, f"{area}/*") if _mirrored(name, "r", "l") == name]
    for name in rng.choice(names, 3, replace=False):
        amount = rng.uniform(0, MOST_OF_A_DETAIL)
        for side in dict.fromkeys((str(name), _mirrored(str(name), "l", "r"))):
            _change(points, folder, side, amount)


def _mirrored(name: str, side: str, other: str) -> str:
    """What a target of a side, `l` or `r`, is called on the other; the name itself for one of neither."""
    words = {"l": "-left-", "r": "-right-"}
    return name.replace(f"/{side}-", f"/{other}-").replace(words[side], words[other])


def _change(points: np.ndarray, folder: Path, name: str, amount: float) -> None:
    """Move the points as a target says."""
    which, far = meshes.target(folder, name)
    points[which] += amount * far


def _skin(folder: Path, age: str, origin: str, sex: str, rng: np.random.Generator) -> np.ndarray:
    known_as = {"child": "young", "young": str(rng.choice(("young", "middleage"))), "old": "old"}[age]
    wanted = f"{known_as}_{origin}_{sex}"
    fitting = [path for path in meshes.skins(folder) if path.parent.parent.name == wanted]
    texture = meshes.read_texture(fitting[rng.integers(len(fitting))])
    tone = rng.uniform(0.7, 1.25) * np.exp(rng.normal(0, 0.05, 3))
    return np.dstack([np.clip(texture[:, :, :3] * tone, 0, 255).astype(np.uint8), texture[:, :, 3]])


def _hair(folder: Path, sex: str, origin: str, age: str, rng: np.random.Generator) -> Worn:
    colours = HAIR_COLOURS[origin]
    colour = np.array(GREY if age == "old" and rng.random() < 0.6 else colours[rng.integers(len(colours))])
    return _dyed(meshes.worn(folder, "hair", rng.choice(HAIR[sex])), colour * rng.uniform(0.7, 1.4))


def _dyed(thing: Worn, colour: np.ndarray) -> Worn:
    """The same in another colour (RGB), as light and dark in its places as it was."""
    grey = thing.texture[:, :, :3].mean(axis=2, keepdims=True)
    shown = grey[thing.texture[:, :, 3] > 0]
    dyed = np.clip((grey / max(float(shown.mean()), 1.0)) ** CONTRAST * colour, 0, 255).astype(np.uint8)
    return Worn(thing.mesh, thing.owners, thing.shares, thing.offsets, np.dstack([dyed, thing.texture[:, :, 3]]))
