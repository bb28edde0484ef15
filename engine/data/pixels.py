"""Images brought to one size: in memory for small sets, decoded once into a file on disk for folders."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine import paths
from engine.data.sources import ArrayImages, FileImages, Images
from engine.errors import InvalidImage, InvalidSetting
from engine.files import write_text, written_aside
from engine.jobs import Job
from engine.models.cards import Preprocessing
from engine.models.preprocessing import prepare

DECODERS = min(8, os.cpu_count() or 1)
BLOCK = 64  # images between two looks at the job
KEPT = 20_000_000_000  # bytes of decoded folders kept on disk in all; the oldest go first
_SAME = ("stretch", "cover", "pad")  # these leave an image alone that has the right size


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that could not be read."""

    index: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class StreamedPixels:
    """Decodes anew each time it is asked: for folders that do not fit on the disk once more."""

    images: Images
    chosen: np.ndarray
    how: Preprocessing

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, indices: Any) -> np.ndarray:
        if np.ndim(indices) == 0:
            return _seen(self.images, int(self.chosen[indices]), self.how)
        return np.stack([_seen(self.images, int(number), self.how) for number in self.chosen[indices]])


def prepared_pixels(
    images: Images, chosen: np.ndarray, how: Preprocessing, job: Job = Job.silent(), cache: bool = True
) -> tuple[Any, tuple[Broken, ...]]:
    """The chosen images as uint8 (N, height, width, channels), and the files that could not be read.

    Folders are decoded in parallel into one file that later runs read at once; without room for it, or with `cache`
    False, they are decoded whenever they are needed. Raises InvalidSetting when not one image can be read.
    """
    if isinstance(images, ArrayImages):
        return _in_memory(images, chosen, how, job), ()
    needed = len(chosen) * how.height * how.width * how.channels
    if not cache or needed > _free() / 2:
        return StreamedPixels(images, chosen, how), ()
    return _on_disk(images, chosen, how, job, needed)


def _in_memory(images: ArrayImages, chosen: np.ndarray, how: Preprocessing, job: Job) -> np.ndarray:
    grey = images.pixels.ndim == 3
    same = images.pixels.shape[1:3] == (how.height, how.width) and grey == (how.channels == 1)
    if same and how.fit in _SAME:
        kept = images.pixels if len(chosen) == len(images) else images.pixels[chosen]
        return kept[..., None] if grey else kept
    result = np.empty((len(chosen), how.height, how.width, how.channels), np.uint8)
    _fill(result, images, chosen, how, job)
    return result


def _on_disk(
    images: Images, chosen: np.ndarray, how: Preprocessing, job: Job, needed: int
) -> tuple[np.ndarray, tuple[Broken, ...]]:
    facts = f"{images.fingerprint()}|{how.height}|{how.width}|{how.channels}|{how.fit}|".encode()
    name = hashlib.sha256(facts + chosen.tobytes()).hexdigest()[:32]
    file, notes = cache_folder() / f"{name}.pixels", cache_folder() / f"{name}.json"
    shape = (len(chosen), how.height, how.width, how.channels)
    if not (file.is_file() and notes.is_file() and file.stat().st_size == needed):
        _make_room(needed)
        with written_aside(file) as aside:
            target = np.memmap(aside, np.uint8, "w+", shape=shape)
            broken = _fill(target, images, chosen, how, job)
            target.flush()
            del target
            write_text(notes, json.dumps([asdict(item) for item in broken]))
    os.utime(file)
    broken = [Broken(**item) for item in json.loads(notes.read_text(encoding="utf-8"))]
    return np.memmap(file, np.uint8, "r", shape=shape), tuple(broken)


def _fill(target: np.ndarray, images: Images, chosen: np.ndarray, how: Preprocessing, job: Job) -> list[Broken]:
    """Decode every chosen image into its row; rows of broken files stay as they are."""
    broken: list[Broken] = []

    def one(row: int) -> None:
        try:
            target[row] = _seen(images, int(chosen[row]), how)
        except InvalidImage as error:
            broken.append(Broken(row, _name(images, int(chosen[row])), error.message))

    with ThreadPoolExecutor(DECODERS, thread_name_prefix="prepare") as pool:
        for rows in _blocks(len(chosen)):
            job.checkpoint()
            list(pool.map(one, rows))
            job.report(rows.stop, len(chosen), f"Preparing image {rows.stop:,} of {len(chosen):,}")
    if len(broken) == len(chosen):
        raise InvalidSetting("Not one of the images can be read.", f"The first: {broken[0].reason}")
    return sorted(broken, key=lambda item: item.index)


def _blocks(count: int) -> Iterator[range]:
    for start in range(0, count, BLOCK):
        yield range(start, min(start + BLOCK, count))


def _seen(images: Images, number: int, how: Preprocessing) -> np.ndarray:
    return prepare(images[number], how).seen


def _name(images: Images, number: int) -> str:
    return str(images.paths[number]) if isinstance(images, FileImages) else f"image {number}"


def cache_folder() -> Path:
    """Where decoded folders are kept; removing it costs only time."""
    return paths.home() / "cache" / "data"


def _free() -> int:
    cache_folder().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(cache_folder()).free


def _make_room(needed: int) -> None:
    """Remove the decoded folders that were not used for longest until the new one fits within KEPT."""
    kept = sorted(cache_folder().glob("*.pixels"), key=lambda path: path.stat().st_mtime, reverse=True)
    room = KEPT - needed
    for path in kept:
        room -= path.stat().st_size
        if room < 0:
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
