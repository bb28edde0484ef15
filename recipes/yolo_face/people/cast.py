"""The people of a training: rendered once, kept as files."""

from __future__ import annotations

import hashlib
import json
import math
import multiprocessing
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from engine.files import write_text
from recipes import budget
from recipes.processes import begin
from recipes.yolo_face.people.figures import Figure, figure

MADE = "made.json"  # what the figures of a folder were made from


@dataclass(frozen=True)
class Member:
    """A figure in its file."""

    path: Path
    box: tuple[float, ...]
    seen: float

    def figure(self) -> Figure:
        """The figure. Raises SystemExit where its file is gone."""
        pixels = cv2.imread(str(self.path), cv2.IMREAD_UNCHANGED)
        if pixels is None:
            raise SystemExit(f"{self.path} is gone: remove its folder, and the figures are rendered anew.")
        return Figure(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.array(self.box, np.float32), self.seen)


def forecast(people: Path, count: int, seed: int, workers: int = 1) -> str:
    """How long `render` will take for so many figures, from one of them."""
    figure(people, (seed, 0))  # reads the files
    began = time.perf_counter()
    figure(people, (seed, 1))
    return budget.told(f"{count:,} people to render", [(math.ceil(count / workers), time.perf_counter() - began)])


def missing(people: Path, kept: Path, count: int, seed: int) -> list[int]:
    """Numbers of those of `count` figures that `kept` does not hold yet; all of them where others were made there."""
    if not (kept / MADE).exists() or (kept / MADE).read_text(encoding="utf-8") != _made_from(people, seed):
        return list(range(count))
    return [number for number in range(count) if not _row(kept, number).exists()]


def render(people: Path, kept: Path, count: int, seed: int, workers: int = 1) -> None:
    """Render what is missing of `count` figures into the folder `kept`: each a PNG file and its box beside it."""
    numbers = missing(people, kept, count, seed)
    if len(numbers) == count:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        write_text(kept / MADE, _made_from(people, seed))
    one = partial(_render_one, people, kept, seed)
    if workers > 1:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin) as pool:
            list(pool.map(one, numbers, chunksize=20))
    else:
        for number in numbers:
            one(number)


def members(kept: Path, count: int) -> list[Member]:
    """The first figures of a folder."""
    rows = [json.loads(_row(kept, number).read_text(encoding="utf-8")) for number in range(count)]
    return [Member(_picture(kept, n), tuple(row["box"]), row["seen"]) for n, row in enumerate(rows)]


def _render_one(people: Path, kept: Path, seed: int, number: int) -> None:
    made, path = figure(people, (seed, number)), _picture(kept, number)
    if not cv2.imwrite(str(path), cv2.cvtColor(made.pixels, cv2.COLOR_RGBA2BGRA)):
        raise SystemExit(f"{path} cannot be written.")
    write_text(_row(kept, number), json.dumps({"box": made.box.tolist(), "seen": made.seen}))


def _made_from(people: Path, seed: int) -> str:
    """The people's folder, the seed, and the code that renders, for which other figures are others."""
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))
    return json.dumps({"people": str(people.resolve()), "seed": seed, "code": code.hexdigest()})


def _picture(kept: Path, number: int) -> Path:
    return kept / f"{number:05d}.png"


def _row(kept: Path, number: int) -> Path:
    return kept / f"{number:05d}.json"
