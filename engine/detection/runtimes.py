"""Runtimes: what computes the network's outputs, and on which device it really does."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InvalidModel, InvalidSetting

# Fastest first; the ones this build of ONNX Runtime lacks are left out.
PROVIDERS = {
    "TensorrtExecutionProvider": "TensorRT",
    "CUDAExecutionProvider": "CUDA",
    "DmlExecutionProvider": "DirectML",
    "CoreMLExecutionProvider": "CoreML",
    "OpenVINOExecutionProvider": "OpenVINO",
    "CPUExecutionProvider": "CPU",
}
_AUTOMATIC = ("CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider")


def spare_threads() -> int:
    """Threads for inference that leave one core to the window and the capture."""
    return max((os.cpu_count() or 2) - 1, 1)


class Runtime(ABC):
    """One loaded network; `run` is used by one thread at a time, unless `lanes` says more."""

    name: str  # "ONNX Runtime"
    device: str  # "CPU, 3 threads": the one in use, not the one wished for

    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    fixed_size: tuple[int, int] | None  # width and height of the input, None where any is taken
    metadata: dict[str, str]
    lanes = 1  # pictures that may run at once; above one, `run` may be called by as many threads
    opencv_threads = 1  # for OpenCV's resizing meanwhile: its threads would fight with the runtime's over the cores

    @abstractmethod
    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        """Outputs for one input float32 (1, 3, H, W), in the order of `output_names`."""

    def resized(self, size: tuple[int, int]) -> Runtime | None:
        """The same network for another width and height of input; None where that cannot be had."""
        return self if self.fixed_size is None else None

    def describe(self) -> str:
        """For the status bar: "ONNX Runtime on CPU, 3 threads"."""
        return f"{self.name} on {self.device}"


class OrtRuntime(Runtime):
    """ONNX Runtime, on the fastest device it has or the one asked for."""

    name = "ONNX Runtime"

    def __init__(
        self, path: Path, device: str = "", threads: int | None = None, size: tuple[int, int] | None = None
    ) -> None:
        import onnxruntime as ort

        from engine.detection.onnx_files import with_input_size

        options = ort.SessionOptions()
        options.log_severity_level = 4  # the exporters' habits are warned about line by line otherwise
        options.intra_op_num_threads = threads or spare_threads()
        # Threads that spin between frames would take the very time that capture and window need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = _providers(ort.get_available_providers(), device)
        self._again = (path, device, threads)
        try:
            file = str(path) if size is None else with_input_size(path, size)
            self._session = ort.InferenceSession(file, options, providers=wanted)
        except Exception as error:  # its errors share no base class
            raise InvalidModel(f"“{path.name}” cannot be run: {_short(error)}.", "Copy or export it again.") from error
        used = self._session.get_providers()[0]
        threads_used = options.intra_op_num_threads
        self.device = PROVIDERS.get(used, used)
        if used == "CPUExecutionProvider":
            self.device += f", {threads_used} thread{'s' if threads_used > 1 else ''}"
            self.lanes = max((os.cpu_count() or 2) // threads_used, 2)
        inputs = self._session.get_inputs()
        self.input_names = tuple(node.name for node in inputs)
        self.output_names = tuple(node.name for node in self._session.get_outputs())
        self.fixed_size = _fixed_size(path, inputs[0].shape if inputs else [], inputs[0].type if inputs else "none")
        self.metadata = dict(self._session.get_modelmeta().custom_metadata_map)
        self._sized = len(inputs) > 1  # RT-DETR also wants to know the picture's size
        self._size_type = np.int64 if not self._sized or "int64" in inputs[1].type else np.float32

    def resized(self, size: tuple[int, int]) -> Runtime | None:
        if self.fixed_size is None:
            return self
        # Other devices have time to spare for padding, but may take minutes to prepare a network once more.
        return OrtRuntime(*self._again, size=size) if self.device.startswith("CPU") else None

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        feed = {self.input_names[0]: blob}
        if self._sized:
            feed[self.input_names[1]] = np.array([[blob.shape[3], blob.shape[2]]], self._size_type)
        return self._session.run(None, feed)


class OpenCvRuntime(Runtime):
    """OpenCV's own network runtime: the fallback where ONNX Runtime cannot be installed."""

    name = "OpenCV"
    engine: int | None = None  # of OpenCV 5: None leaves the choice to it

    def __init__(self, path: Path, device: str = "", threads: int | None = None) -> None:
        import cv2

        from engine.detection.onnx_files import outline

        if device not in ("", "cpu", "CPU"):
            raise InvalidSetting(f"OpenCV runs on the CPU here, not on {device}.", "Choose ONNX Runtime.")
        self._outline = outline(path)
        try:
            chosen = () if self.engine is None else (self.engine,)
            self._net = cv2.dnn.readNetFromONNX(str(path), *chosen)
        except cv2.error as error:
            raise InvalidModel(f"“{path.name}” cannot be run by OpenCV.", "Choose ONNX Runtime.") from error
        if len(self._outline.inputs) > 1:
            raise InvalidModel(f"“{path.name}” has several inputs.", "Only ONNX Runtime feeds those.")
        self.device = "CPU"
        self.opencv_threads = threads or os.cpu_count() or 2
        self.input_names = tuple(self._outline.inputs)
        self.output_names = self._outline.outputs
        self.fixed_size = _fixed_size(path, next(iter(self._outline.inputs.values()), []), "tensor(float)")
        self.metadata = self._outline.metadata

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        self._net.setInput(blob)
        return [np.asarray(output) for output in self._net.forward(list(self.output_names))]


class KerasRuntime(Runtime):
    """A Darknet network in Keras, whose layers can be looked into."""

    name = "Keras"

    def __init__(self, path: Path, device: str = "", threads: int | None = None) -> None:
        from engine.detection.darknet.importing import import_keras

        self.network = import_keras(path)  # takes its turn to load TensorFlow
        import tensorflow as tf

        self._call = tf.function(lambda x: self.network(x, training=False))
        self.device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
        height, width = self.network.inputs[0].shape[1:3]
        self.input_names, self.fixed_size = ("images",), (width, height)
        self.output_names = tuple(f"scale{number}" for number in range(len(self.network.outputs)))
        self.metadata = {}

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        outputs = self._call(blob.transpose(0, 2, 3, 1))
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [np.ascontiguousarray(output.numpy().transpose(0, 3, 1, 2)) for output in outputs]


RUNTIMES: dict[str, Callable[..., Runtime]] = {
    "onnxruntime": OrtRuntime,
    "opencv": OpenCvRuntime,
    "keras": KerasRuntime,
}


def devices() -> list[str]:
    """Devices ONNX Runtime offers here, fastest first, "CPU" always among them."""
    import onnxruntime as ort

    available = ort.get_available_providers()
    return [title for name, title in PROVIDERS.items() if name in available]


def _providers(available: list[str], device: str) -> list[str]:
    """Provider names to try in order; the CPU is always the last resort."""
    if not device:
        return [name for name in _AUTOMATIC if name in available]
    chosen = [name for name, title in PROVIDERS.items() if title.lower() == device.lower() and name in available]
    if not chosen:
        here = ", ".join(title for name, title in PROVIDERS.items() if name in available)
        raise InvalidSetting(f"ONNX Runtime has no device “{device}” here.", f"It has: {here}.")
    return [*chosen, *(["CPUExecutionProvider"] if chosen != ["CPUExecutionProvider"] else [])]


def _fixed_size(path: Path, shape: list[Any], kind: str) -> tuple[int, int] | None:
    """Width and height of an input (1, 3, H, W); symbolic sides are free."""
    if len(shape) != 4 or kind != "tensor(float)" or (isinstance(shape[1], int) and shape[1] != 3):
        raise InvalidModel(
            f"“{path.name}” takes input {shape} of type {kind}.", "A detector takes (1, 3, height, width) of float."
        )
    if isinstance(shape[0], int) and shape[0] > 1:
        raise InvalidModel(f"“{path.name}” takes {shape[0]} pictures at once.", "Export it for a batch of one.")
    height, width = shape[2:]
    free = not isinstance(height, int) or not isinstance(width, int) or height < 1 or width < 1
    return None if free else (width, height)


def _short(error: Exception) -> str:
    """The first line of a runtime's message without its codes."""
    return (
        str(error).strip().splitlines()[0].rsplit(" : ", 1)[-1].rstrip(".")[:160] if str(error).strip() else "unknown"
    )
