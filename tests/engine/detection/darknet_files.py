"""Darknet files for tests: random weights of the right length, and the input every reference was computed with."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

TINY_CFG = """
[net]
width=64
height=96
channels=3

[convolutional]
batch_normalize=1
filters=8
size=3
stride=2
pad=1
activation=mish

[convolutional]
batch_normalize=1
filters=8
size=3
groups=8
pad=1
activation=swish

[shortcut]
from=-2
activation=leaky

[maxpool]
size=3
stride=2

[route]
layers=-1
groups=2
group_id=1

[convolutional]
filters=12
size=1
activation=relu6

[upsample]
stride=2

[route]
layers=-1,2

[maxpool]
size=5
stride=1

[convolutional]
filters=14
size=1
activation=linear

[yolo]
mask=1,0
anchors=4,6, 9,12
classes=2
scale_x_y=1.1
"""


def parameter_sections(text: str):
    """(filters, weights a filter, normalised) of every convolution, counted without the code under test."""
    sections, current = [], None
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            current = (line.strip("[]"), {})
            sections.append(current)
        elif "=" in line:
            key, value = line.split("=", 1)
            current[1][key.strip()] = value.strip()
    channels: list[int] = []
    for index, (kind, o) in enumerate(sections[1:]):
        before = channels[-1] if channels else 3
        if kind == "convolutional":
            filters, groups = int(o["filters"]), int(o.get("groups", 1))
            yield filters, before // groups * int(o["size"]) ** 2, o.get("batch_normalize") == "1"
            before = filters
        elif kind == "route":
            picked = [int(n) for n in o["layers"].split(",")]
            before = sum(channels[n if n >= 0 else index + n] for n in picked) // int(o.get("groups", 1))
        channels.append(before)


def write_random_weights(config: Path, folder: Path, seed: int = 0) -> Path:
    """Copy a cfg into `folder` and put random weights of the right length beside it; returns the copied cfg."""
    copy = folder / config.name
    if copy != config:
        shutil.copyfile(config, copy)
    rng = np.random.default_rng(seed)
    with copy.with_suffix(".weights").open("wb") as file:
        file.write(np.array([0, 2, 5], "<i4").tobytes() + np.array([0], "<i8").tobytes())
        for filters, each, normalised in parameter_sections(copy.read_text()):
            small = rng.standard_normal(filters, np.float32) * np.float32(0.1)
            small.tofile(file)
            if normalised:
                (0.8 + 0.4 * rng.random(filters, np.float32)).tofile(file)  # gamma
                (0.1 * rng.standard_normal(filters, np.float32)).tofile(file)  # mean
                (0.5 + rng.random(filters, np.float32)).tofile(file)  # variance
            ((rng.random(filters * each, np.float32) - np.float32(0.5)) * np.float32(np.sqrt(12 / each))).tofile(file)
    return copy


def reference_input(width: int, height: int) -> np.ndarray:
    """The picture all references were computed with: float32 (1, 3, height, width) in 0..1."""
    return np.random.default_rng(1).random((1, 3, height, width), np.float32)


def sampled(outputs: list[np.ndarray], count: int = 30) -> list[list[float]]:
    """The same few values of each output, spread over all of it."""
    return [[float(v) for v in o.ravel()[np.linspace(0, o.size - 1, count).astype(np.int64)]] for o in outputs]
