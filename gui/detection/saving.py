"""Snapshots, recordings and results of the Detection tab as files in the user's captures folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from engine import paths
from engine.detection.exports import FORMATS, Results
from engine.detection.pipeline import Pipeline
from engine.detection.view import View
from engine.files import written_aside
from engine.video.mjpeg import shown_address

SUFFIXES = {"json": ".json", "csv": ".csv", "coco": ".coco.json", "yolo": "-labels"}


def new_path(suffix: str) -> Path:
    """A name of its own in the captures folder: the date and time."""
    folder = paths.captures()
    folder.mkdir(parents=True, exist_ok=True)
    stem = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = folder / f"{stem} ({number}){suffix}"
        number += 1
    return path


def save_snapshot(view: View, clean: bool) -> Path:
    """The picture on show as PNG."""
    return save_picture(view.clean if clean else view.annotated)


def save_picture(pixels: np.ndarray) -> Path:
    """An image, RGB uint8 (H, W, 3), as PNG."""
    path = new_path(".png")
    with written_aside(path) as aside:
        Image.fromarray(pixels).save(aside)
    return path


def save_results(pipeline: Pipeline, source: str, model: str, runtime: str, kind: str) -> Path:
    """Everything found since the source was started."""
    results = Results(shown_address(source), model, runtime, pipeline.label, list(pipeline.results))
    path = new_path(SUFFIXES[kind])
    FORMATS[kind](results, path)
    return path
