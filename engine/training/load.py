"""How busy this program keeps the machine."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Load:
    """A moment's figures."""

    cpu: float  # share of all cores, 0..1, that this process used since it was asked before
    memory: int  # bytes this process holds
    total: int  # bytes of memory the machine has


class LoadMeter:
    """Measures this process between two questions."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent()

    def read(self) -> Load:
        """The figures now; about 0.1 ms."""
        with self._process.oneshot():
            share = self._process.cpu_percent() / 100 / (psutil.cpu_count() or 1)
            return Load(min(share, 1.0), self._process.memory_info().rss, psutil.virtual_memory().total)
