"""Everything found so far, kept in a temporary file: hours of a camera must not fill the memory."""

from __future__ import annotations

import pickle
import tempfile
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.detection.detections import Detections
from engine.detection.exports import FrameResult

LIMIT = 2_000_000  # frames: eighteen hours at 30 frames/s; later ones are not kept


class Journal:
    """Results in the order they were added; one thread adds while any other reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file = tempfile.TemporaryFile(prefix="cnn-studio-results-")  # noqa: SIM115 - closed by the next line
        weakref.finalize(self, self._file.close)  # results are still read after the pipeline that made them ended
        self._end = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, result: FrameResult) -> None:
        """Add one frame; a full disk ends the keeping, not the detecting."""
        found = result.found
        facts = (result.index, result.time_s, result.size, result.name)
        arrays = (found.xyxy, found.score, found.class_id, found.track_id)
        data = pickle.dumps((facts, [None if a is None else (a.dtype.str, a.shape, a.tobytes()) for a in arrays]))
        with self._lock:
            if self._count >= LIMIT or self._file.closed:
                return
            try:
                self._file.seek(self._end)
                self._file.write(data)
            except OSError:
                return
            self._end += len(data)
            self._count += 1

    def __iter__(self) -> Iterator[FrameResult]:
        """The results added until now, read back one by one."""
        place, left = 0, self._count
        while left > 0:
            with self._lock:
                if self._file.closed:
                    return
                self._file.seek(place)
                (index, time_s, size, name), arrays = pickle.load(self._file)
                place = self._file.tell()
            left -= 1
            xyxy, score, class_id, track_id = map(_array, arrays)
            assert xyxy is not None
            assert score is not None
            assert class_id is not None
            yield FrameResult(index, time_s, size, Detections(xyxy, score, class_id, track_id), name)

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            self._file.close()


def _array(packed: Any) -> np.ndarray | None:
    if packed is None:
        return None
    kind, shape, data = packed
    return np.frombuffer(data, kind).reshape(shape)
