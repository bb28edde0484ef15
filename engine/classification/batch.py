"""Many files through one classifier: decoding on other threads while the network works on whole batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from engine.classification.classifier import Classifier
from engine.classification.rows import THUMBNAIL, Row
from engine.errors import EngineError
from engine.images import load_image
from engine.jobs import Job
from engine.models.preprocessing import Prepared, prepare

BATCH = 16  # enough to amortise a pass; small enough that a table fills while one looks
DECODERS = 2


@dataclass(frozen=True, slots=True)
class _Read:
    path: Path
    prepared: Prepared | None
    thumbnail: np.ndarray | None
    notes: tuple[str, ...]
    error: EngineError | None


def classify_files(
    classifier: Classifier, files: Sequence[Path], top: int = 5, job: Job = Job.silent()
) -> Iterator[list[Row]]:
    """Classify files in order, yielding the rows of each batch as soon as they are known.

    A file that cannot be read gives a row with its error and does not stop the rest. Closing the iterator, or
    Cancelled raised at a checkpoint, ends the decoding threads.
    """
    done = 0
    with ThreadPoolExecutor(DECODERS, thread_name_prefix="decode") as pool:
        for batch in _batches(_read_ahead(pool, classifier, files)):
            job.checkpoint()
            rows = _answer(classifier, batch, top)
            done += len(rows)
            job.report(done, len(files), f"Classified {done} of {len(files)}")
            yield rows


def _read_ahead(pool: ThreadPoolExecutor, classifier: Classifier, files: Iterable[Path]) -> Iterator[_Read]:
    """Reads of all files in order, never more than two batches ahead of the consumer."""
    remaining = iter(files)
    pending: deque[Future[_Read]] = deque(pool.submit(_read, classifier, path) for path in islice(remaining, 2 * BATCH))
    try:
        while pending:
            yield pending.popleft().result()
            pending.extend(pool.submit(_read, classifier, path) for path in islice(remaining, 1))
    finally:
        for future in pending:
            future.cancel()


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    while batch := list(islice(reads, BATCH)):
        yield batch


def _read(classifier: Classifier, path: Path) -> _Read:
    try:
        loaded = load_image(path)
    except EngineError as error:
        return _Read(path, None, None, (), error)
    prepared = prepare(loaded.pixels, classifier.card.preprocessing)
    return _Read(path, prepared, _thumbnail(loaded.pixels), loaded.notes, None)


def _thumbnail(pixels: np.ndarray) -> np.ndarray:
    step = max(1, max(pixels.shape[:2]) // (3 * THUMBNAIL))  # averaging three pixels of each is as good as all
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    ratio = min(1.0, THUMBNAIL / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * ratio)), max(1, round(pixels.shape[0] * ratio)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _answer(classifier: Classifier, batch: list[_Read], top: int) -> list[Row]:
    readable = [read.prepared for read in batch if read.prepared is not None]
    answered = classifier.classify_prepared(readable, top) if readable else []
    answers = iter([replace(answer, seen=None) for answer in answered])  # 150 kB each: too much for thousands of rows
    return [
        Row(read.path, next(answers) if read.prepared else None, read.error, read.thumbnail, read.notes)
        for read in batch
    ]
