"""Batches of training scenes, made by other processes while the network learns from the last ones."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from recipes.yolo_face.photos import read_album
from recipes.yolo_face.scenes import SceneMaker

AHEAD = 6  # batches being made

_maker: SceneMaker | None = None


def _start(caltech: Path, coco: Path) -> None:
    global _maker
    cv2.setNumThreads(1)
    _maker = SceneMaker(read_album(caltech, coco))


def _make(side: int, count: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    assert _maker is not None
    return _maker.batch(side, count, seed)


class Feed:
    """Batches in a fixed order; use it in a `with`, which ends the processes."""

    def __init__(self, caltech: Path, coco: Path, seed: int, processes: int = 1) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, context, _start, (caltech, coco))
        self._seed = seed

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def batches(self, side: int, count: int, first: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Steps from `first` on: pictures (count, side, side, 3) float32 in 0..1 and labels (count, M, 5)."""
        waiting: deque[Future] = deque()
        coming = iter(range(first, first + steps))
        for _ in range(steps):
            while len(waiting) < AHEAD and (ahead := next(coming, None)) is not None:
                waiting.append(self._pool.submit(_make, side, count, (self._seed, ahead)))
            pictures, labels = waiting.popleft().result()
            yield pictures.astype(np.float32) / 255, labels
