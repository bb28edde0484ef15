"""What a person may decide about a detector besides its file; light, so that the window knows it at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".onnx", ".cfg", ".weights")  # of files that are detectors


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be decided about a model besides its file; None and "" leave it to the program."""

    labels: str | Path | None = None  # file of class names, or "coco"
    head: str | None = None  # name of a head, where the recognised one is wrong
    runtime: str = "onnxruntime"
    device: str = ""
    size: tuple[int, int] | None = None  # width and height of the input, where the network allows
    threads: int | None = None
    licence: str = ""
    title: str = ""
