"""How benchmarks measure: alternating runs, medians, and a table with the ratio and its bound."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison; `bound` is such as "<= 1.25" (of ours / peer) or ">= 4" (of peer / ours)."""

    what: str
    ours: float  # seconds
    peer: float  # seconds
    bound: str

    @property
    def ratio(self) -> float:
        """In the direction of the bound."""
        return self.ours / self.peer if self.bound.startswith("<=") else self.peer / self.ours

    @property
    def met(self) -> bool:
        """Whether this run met the bound."""
        limit = float(self.bound[2:])
        return self.ratio <= limit if self.bound.startswith("<=") else self.ratio >= limit


def alternate(runs: int, *works: Callable[[], object], warm: int = 1) -> list[float]:
    """Median seconds of each work; they take turns, so that a slow moment of the machine hits all alike."""
    for work in works:
        for _ in range(warm):
            work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for spent, work in zip(times, works, strict=True):
            started = time.perf_counter()
            work()
            spent.append(time.perf_counter() - started)
    return [statistics.median(spent) for spent in times]


def show(title: str, lines: Sequence[Line]) -> None:
    """Print a table."""
    print(f"\n{title}")
    print(f"{'':<58} {'ours':>11} {'peer':>11} {'ratio':>7}  bound")
    for line in lines:
        mark = "met" if line.met else "NOT MET"
        times = f"{line.ours * 1000:>8.1f} ms {line.peer * 1000:>8.1f} ms"
        print(f"{line.what:<58} {times} {line.ratio:>7.2f}  {line.bound} {mark}")
