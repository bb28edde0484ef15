"""Open a detector from a file or the catalog: recognise its head, find its names, load it into a runtime."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from engine.detection import names, onnx_files
from engine.detection.choices import Choices
from engine.detection.darknet.importing import import_onnx
from engine.detection.decoders import DARKNET_KEY
from engine.detection.detector import Detector
from engine.detection.heads import recognise
from engine.detection.probing import probe
from engine.detection.runtimes import RUNTIMES, Runtime
from engine.errors import InvalidModel, InvalidSetting
from engine.jobs import Job

DEFAULT_SIZE = (640, 640)  # where the network takes any


def open_detector(path: Path, choices: Choices = Choices(), job: Job = Job.silent()) -> Detector:  # noqa: B008 - frozen
    """A detector from an ONNX file, or from a Darknet `.cfg` with its `.weights` beside it.

    Raises InvalidModel when the file is no detector we can read, or its labels do not fit; InvalidSetting when a
    choice does not apply.
    """
    if path.suffix.lower() == ".weights":
        path = path.with_suffix(".cfg")
    if not path.is_file():
        raise InvalidModel(f"There is no model “{path}”.", "Give an .onnx file, a .cfg file, or an id of the catalog.")
    if choices.runtime not in RUNTIMES:
        raise InvalidSetting(f"There is no runtime “{choices.runtime}”.", f"Choose one of: {', '.join(RUNTIMES)}.")
    darknet = path.suffix.lower() == ".cfg"
    if choices.runtime == "keras" and not darknet:
        raise InvalidSetting("Keras runs only networks imported from Darknet.", "Choose ONNX Runtime for this file.")
    file = import_onnx(path, choices.size, job) if darknet else path
    outline = onnx_files.outline(file)
    job.report(0, 0, f"Loading “{path.name}”")
    runtime = RUNTIMES[choices.runtime](path if choices.runtime == "keras" else file, choices.device, choices.threads)
    size = _size(runtime, choices, path)
    signature = probe(runtime, size, outline.metadata)
    head, classes = recognise(signature, choices.head)
    labels = names.resolve(path, classes, choices.labels, onnx_files.names_in(outline.metadata))
    if classes is None and labels:
        classes = len(labels)
    extra = json.loads(outline.metadata[DARKNET_KEY]) if head.name == "darknet" else {}
    licence = choices.licence or outline.metadata.get("license", "") or "not stated in the file"
    detector = Detector(runtime, head, size, labels, classes, extra, choices.title or path.name, licence, path)
    return replace(detector, resizable=darknet or runtime.fixed_size is None)


def _size(runtime: Runtime, choices: Choices, path: Path) -> tuple[int, int]:
    if runtime.fixed_size is None:
        size = choices.size or DEFAULT_SIZE
        if any(side % 32 or not 32 <= side <= 4096 for side in size):
            raise InvalidSetting(f"The input size {size[0]} × {size[1]} does not work.", "Choose multiples of 32.")
        return size
    if choices.size is not None and choices.size != runtime.fixed_size:
        width, height = runtime.fixed_size
        raise InvalidSetting(f"“{path.name}” takes only {width} × {height}.", "Leave its input size as it is.")
    return runtime.fixed_size
