"""Honest numbers of a running detector: what it does, what it could do, and how old what is shown is."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

import numpy as np

from engine.detection.detector import Timing

WINDOW_S = 3.0  # over which rates and percentiles are taken
HISTORY_S = 60.0  # of the chart


@dataclass(frozen=True, slots=True)
class Numbers:
    """A moment's figures; 0 where nothing was measured yet."""

    shown_fps: float = 0.0  # frames painted a second
    done_fps: float = 0.0  # frames detected a second
    possible_fps: float = 0.0  # what detection alone could do
    infer_ms: float = 0.0  # median
    total_ms: float = 0.0  # median of prepare, infer and decode
    latency_p50_ms: float = 0.0  # capture to paint
    latency_p95_ms: float = 0.0
    dropped: int = 0


class Meter:
    """Collects times from the detecting and the painting thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: deque[tuple[float, Timing]] = deque()
        self._painted: deque[tuple[float, float]] = deque()  # when, and how old the frame was in ms
        self._history: deque[tuple[float, dict[int, int]]] = deque()

    def detected(self, timing: Timing, counts: dict[int, int], time_s: float) -> None:
        """A frame was finished; `counts` boxes by class, `time_s` of the source."""
        now = time.perf_counter()
        with self._lock:
            self._done.append((now, timing))
            _trim(self._done, now - WINDOW_S)
            if self._history and time_s < self._history[-1][0]:
                self._history.clear()  # the file was rewound
            self._history.append((time_s, counts))
            while self._history[0][0] < time_s - HISTORY_S:
                self._history.popleft()

    def painted(self, captured_ns: int) -> None:
        """A frame is on screen now."""
        now = time.perf_counter()
        with self._lock:
            self._painted.append((now, (time.perf_counter_ns() - captured_ns) / 1e6))
            _trim(self._painted, now - WINDOW_S)

    def numbers(self, dropped: int = 0) -> Numbers:
        """The figures of the last seconds."""
        now = time.perf_counter()
        with self._lock:
            _trim(self._done, now - WINDOW_S)
            _trim(self._painted, now - WINDOW_S)
            infer = [timing.infer for _, timing in self._done]
            total = float(np.median([timing.total for _, timing in self._done])) if self._done else 0.0
            ages = [age for _, age in self._painted]
            p50, p95 = np.percentile(ages, [50, 95]) if ages else (0.0, 0.0)
            return Numbers(
                _rate([when for when, _ in self._painted]),
                _rate([when for when, _ in self._done]),
                1000 / total if total else 0.0,
                float(np.median(infer)) if infer else 0.0,
                total,
                float(p50),
                float(p95),
                dropped,
            )

    def history(self, classes: int = 6) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Boxes over time of the most frequent classes: class -> (seconds, count), both (N,)."""
        with self._lock:
            rows = list(self._history)
        totals: dict[int, int] = {}
        for _, counts in rows:
            for class_id, count in counts.items():
                totals[class_id] = totals.get(class_id, 0) + count
        times = np.array([when for when, _ in rows])
        top = sorted(totals, key=lambda c: -totals[c])[:classes]
        return {c: (times, np.array([counts.get(c, 0) for _, counts in rows])) for c in top}


def _rate(times: list[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0


def _trim(values: deque, oldest: float) -> None:
    while values and values[0][0] < oldest:
        values.popleft()
