"""The people of a training: rendered once, kept as files."""

from __future__ import annotations

import json
import math
import multiprocessing
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

LIST = "figures.json"


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
    """How long `render` will take, from one figure."""
    figure(people, (seed, 0))  # reads the files
    began = time.perf_counter()
    figure(people, (seed, 1))
    return budget.told(f"{count:,} people to render", [(math.ceil(count / workers), time.perf_counter() - began)])


def render(people: Path, kept: Path, count: int, seed: int, workers: int = 1) -> None:
    """Render `count` figures into the folder `kept`, as PNG files and, at the end, a list of their boxes."""
    kept.mkdir(parents=True, exist_ok=True)
    one = partial(_render_one, people, kept, seed)
    if workers > 1:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin) as pool:
            rows = list(pool.map(one, range(count), chunksize=20))
    else:
        rows = [one(number) for number in range(count)]
    write_text(kept / LIST, json.dumps(rows))


def rendered(kept: Path, count: int) -> bool:
    """Whether so many are there already."""
    return (kept / LIST).exists() and len(members(kept)) == count


def members(kept: Path) -> list[Member]:
    """The figures of a folder."""
    rows = json.loads((kept / LIST).read_text(encoding="utf-8"))
    return [Member(kept / row["file"], tuple(row["box"]), row["seen"]) for row in rows]


def _render_one(people: Path, kept: Path, seed: int, number: int) -> dict[str, object]:
    made = figure(people, (seed, number))
    name = f"{number:05d}.png"
    if not cv2.imwrite(str(kept / name), cv2.cvtColor(made.pixels, cv2.COLOR_RGBA2BGRA)):
        raise SystemExit(f"{kept / name} cannot be written.")
    return {"file": name, "box": made.box.tolist(), "seen": made.seen}
