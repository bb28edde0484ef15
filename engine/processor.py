"""The processor that computes here: its name, and how many of its cores are ours."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def name() -> str:
    """As the maker calls it; Linux tells it in a file only."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def described() -> str:
    """Both, such as "AMD EPYC, 2 cores"."""
    return f"{name()}, {cores()} cores" if cores() > 1 else f"{name()}, one core"
