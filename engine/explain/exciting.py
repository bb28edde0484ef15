"""The images of a folder that excite a channel most: what it answers to in the world, beside what it dreams of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError, InvalidSetting
from engine.images import load_image
from engine.jobs import Job
from engine.models.preprocessing import Prepared, prepare

if TYPE_CHECKING:
    from engine.explain.graph import Explainer

BATCH = 16


@dataclass(frozen=True, slots=True)
class Excited:
    """One image and what the channel says to it."""

    path: Path
    mean: float  # of the channel over the image: what the ranking goes by
    highest: float
    seen: np.ndarray  # (h, w, C) uint8: the image as the network sees it
    values: np.ndarray  # (H, W) float32: the channel


@dataclass(frozen=True, slots=True)
class Ranking:
    """The most exciting images, and those that could not be read."""

    best: tuple[Excited, ...]  # the most exciting first
    failed: tuple[tuple[Path, str], ...]
    examined: int


def most_exciting(
    explainer: Explainer, layer: str, channel: int, files: Sequence[Path], count: int = 9, job: Job = Job.silent()
) -> Ranking:
    """Rank image files by the mean of one channel of a spatial layer; unreadable files are listed, not fatal.

    Raises InvalidModel for a layer without maps, InvalidSetting for a channel it does not have.
    """
    explainer.spatial_layer(layer)
    best: list[Excited] = []
    failed: list[tuple[Path, str]] = []
    for start in range(0, len(files), BATCH):
        job.checkpoint()
        read = _read(explainer, files[start : start + BATCH], failed)
        if read:
            maps = explainer.activations(np.stack([prepared.tensor for _, prepared in read]), layer)
            if not 0 <= channel < maps.shape[-1]:
                raise InvalidSetting(
                    f"“{layer}” has no channel {channel}.", f"Choose one from 0 to {maps.shape[-1] - 1}."
                )
            found = [
                _excited(path, prepared, one[..., channel]) for (path, prepared), one in zip(read, maps, strict=True)
            ]
            best = sorted([*best, *found], key=lambda excited: -excited.mean)[:count]
        job.report(min(start + BATCH, len(files)), len(files), "Looking for what excites the channel")
    return Ranking(tuple(best), tuple(failed), len(files) - len(failed))


def _read(explainer: Explainer, files: Sequence[Path], failed: list[tuple[Path, str]]) -> list[tuple[Path, Prepared]]:
    read = []
    for path in files:
        try:
            read.append((path, prepare(load_image(path).pixels, explainer.card.preprocessing)))
        except EngineError as error:
            failed.append((path, str(error)))
    return read


def _excited(path: Path, prepared: Prepared, values: np.ndarray) -> Excited:
    return Excited(path, float(values.mean()), float(values.max()), prepared.seen, values.copy())
