"""Which processors TensorFlow and ONNX Runtime can really use here."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import onnxruntime
import tensorflow as tf


@dataclass(frozen=True, slots=True)
class Devices:
    """What the libraries report, not what the machine might have."""

    processor: str
    cores: int  # usable by this process
    gpus: tuple[str, ...]  # names of GPUs TensorFlow can use
    onnx_providers: tuple[str, ...]  # execution providers of ONNX Runtime, preferred first

    @property
    def in_use(self) -> str:
        """One phrase for the status bar."""
        return f"GPU: {', '.join(self.gpus)}" if self.gpus else f"CPU: {self.processor}, {self.cores} cores"


def find_devices() -> Devices:
    """Ask the libraries; imports both, which takes seconds."""
    gpus = tf.config.list_physical_devices("GPU")
    names = tuple(str(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)) for gpu in gpus)
    return Devices(_processor(), _cores(), names, tuple(onnxruntime.get_available_providers()))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """Name of the processor; Linux tells it in a file only."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
