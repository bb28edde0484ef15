"""Which processors TensorFlow and ONNX Runtime can really use here."""

from __future__ import annotations

from dataclasses import dataclass

import onnxruntime
import tensorflow as tf

from engine import processor


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
    return Devices(processor.name(), processor.cores(), names, tuple(onnxruntime.get_available_providers()))
