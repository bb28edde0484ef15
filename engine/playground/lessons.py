"""What each layer does and what to try: texts and experiments, read from a data file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine import paths
from engine.playground.document import layer_from_json
from engine.playground.kernels import PRESETS, Wave, make_kernel
from engine.playground.stack import Stack

FILE = paths.RESOURCES / "playground" / "lessons.toml"


@dataclass(frozen=True, slots=True)
class Experiment:
    """Settings that show one thing, and where to look."""

    title: str
    look: str  # what to see and why
    input: str  # key of inputs.SOURCES
    grey: bool
    stack: Stack


@dataclass(frozen=True, slots=True)
class Lesson:
    """The text of one kind of layer."""

    kind: str
    what: str
    attempt: str  # what to try
    experiments: tuple[Experiment, ...]


@cache
def lessons() -> dict[str, Lesson]:
    """A lesson for each kind of layer."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: _lesson(kind, entry) for kind, entry in data.items()}


def _lesson(kind: str, entry: dict[str, Any]) -> Lesson:
    experiments = tuple(
        Experiment(
            e["title"],
            e["look"],
            e["input"],
            e.get("grey", True),
            Stack(tuple(layer_from_json(_with_kernel(dict(layer)), n) for n, layer in enumerate(e["layers"], start=1))),
        )
        for e in entry["experiments"]
    )
    return Lesson(kind, entry["what"], entry["try"], experiments)


def _with_kernel(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer whose kernel is named by a preset, with the kernel itself."""
    if "preset" in layer:
        name = layer.pop("preset")
        side = layer.pop("side", PRESETS[name].size)
        wave = Wave(**{key: layer.pop(key) for key in PRESETS[name].reads if key in layer})
        layer["kernel"] = make_kernel(name, side, side, wave)[:, :, None, None].tolist()
    return layer
