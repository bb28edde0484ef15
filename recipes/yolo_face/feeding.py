"""Batches of training scenes, made by other processes while the network learns from the last ones."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np

from recipes import processes
from recipes.yolo_face.people.cast import members
from recipes.yolo_face.photos import read_album
from recipes.yolo_face.rounds import Mix, Round
from recipes.yolo_face.scenes import SceneMaker

AHEAD = 6  # batches being made

_maker: SceneMaker | None = None


def _start(caltech: Path, coco: Path, cast: Path, people: int) -> None:
    global _maker
    processes.begin()
    _maker = SceneMaker(read_album(caltech, coco), members(cast, people))


def _make(side: int, count: int, seed: tuple[int, ...], mix: Mix) -> tuple[np.ndarray, np.ndarray]:
    assert _maker is not None
    return _maker.batch(side, count, seed, mix)


class Feed:
    """Batches in a fixed order; use it in a `with`, which ends the processes."""

    def __init__(self, caltech: Path, coco: Path, cast: Path, people: int, seed: int, workers: int = 1) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, context, _start, (caltech, coco, cast, people))
        self._seed = seed

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def batches(self, part: Round, first: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Steps of a round from `first` on: pictures (batch, side, side, 3) float32 in 0..1, labels (batch, M, 5)."""
        waiting: deque[Future] = deque()
        mix = dict(part.cycle.mix)  # its own form does not travel to other processes
        coming = iter(range(first, first + steps))
        for _ in range(steps):
            while len(waiting) < AHEAD and (ahead := next(coming, None)) is not None:
                waiting.append(self._pool.submit(_make, part.side, part.batch, (self._seed, ahead), mix))
            pictures, labels = waiting.popleft().result()
            yield pictures.astype(np.float32) / 255, labels
