"""Why is there this box: which pixels its score rests on, by gradient in Keras networks, by occlusion in any other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from engine import detection
from engine.detection.boxes import clip, enlarged, iou
from engine.detection.decoders import Candidates
from engine.detection.detector import Detector, Prepared
from engine.detection.letterbox import GREY
from engine.errors import InvalidSetting
from engine.jobs import Job


class Explainable(Protocol):
    """A network in Keras whose boxes can be traced back to cells."""

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        """Raw outputs, as the ONNX file gives them, of an input float32 (1, 3, H, W)."""

    def heat(self, blob: np.ndarray, cell: int, class_id: int) -> tuple[np.ndarray, str]:
        """HiResCAM (h, w) of the log score of the box that a cell made, signed, and the name of the layer."""


LOW = 0.01  # candidates from here on are looked at
_SAME = 0.4  # IoU from which a candidate is the box that was asked about


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """What the score of one box rests on."""

    values: np.ndarray  # (H, W) float32 over the picture, signed: positive speaks for the box
    method: str  # for the screen
    layer: str  # whose activations were used, "" for occlusion
    score: float  # of the box in this run

    @property
    def empty(self) -> bool:
        """Whether nothing speaks for the box here."""
        return not bool((self.values > 0).any())


def explain(detector: Detector, image: np.ndarray, box: np.ndarray, class_id: int, job: Job = Job.silent()) -> Heat:
    """Heat map of one detection on an image, RGB uint8 (H, W, 3). box: (4,) pixels of the image.

    Networks imported from Darknet and our own, which are here as Keras networks too: HiResCAM of the logarithm of the
    score, at the cell that made the box (Draelos & Carin 2020). Others: how much the score falls when a patch is greyed
    (Zeiler & Fergus 2014). Raises InvalidSetting when the network does not find the box on this image.
    """
    network = _network(detector.path, detector.size, detector.head.name) if detector.path is not None else None
    if network is not None:
        return _by_gradient(detector, network, image, box, class_id)
    return by_occlusion(detector, image, box, class_id, job)


def by_occlusion(
    detector: Detector, image: np.ndarray, box: np.ndarray, class_id: int, job: Job = Job.silent(), cells: int = 12
) -> Heat:
    """Grey one of `cells` x `cells` patches around the box after the other; heat is the fall of the score."""
    prepared = detector.prepare(image)
    target = prepared.placement.to_input(box.astype(np.float32)[None])
    full = _score(detector, prepared.blob, target, class_id)
    if full < LOW:
        raise _not_found(detector, class_id)
    left, top, right, bottom = clip(enlarged(target, 1.6), *detector.size)[0]
    xs, ys = np.linspace(left, right, cells + 1), np.linspace(top, bottom, cells + 1)
    feeding = detector.head.feeding
    grey = np.array(feeding.scale, np.float32) * GREY + np.array(feeding.shift, np.float32)
    heat = np.zeros((detector.size[1], detector.size[0]), np.float32)
    half = ((right - left) / cells / 2, (bottom - top) / cells / 2)  # patches overlap, which smooths the map
    for row in range(cells):
        for column in range(cells):
            job.checkpoint()
            job.report(row * cells + column, cells * cells, "Greying patches")
            x0, x1 = round(max(xs[column] - half[0], 0)), round(xs[column + 1] + half[0])
            y0, y1 = round(max(ys[row] - half[1], 0)), round(ys[row + 1] + half[1])
            changed = prepared.blob.copy()
            changed[0, :, y0:y1, x0:x1] = grey[:, None, None]
            fall = full - _score(detector, changed, target, class_id)
            heat[round(ys[row]) : round(ys[row + 1]), round(xs[column]) : round(xs[column + 1])] = fall
    patch = max(round((right - left) / cells), 1)
    smooth = np.asarray(cv2.blur(heat, (patch | 1, patch | 1)), np.float32)
    return Heat(_on_picture(smooth, prepared), "Occlusion", "", full)


def _by_gradient(detector: Detector, network: Explainable, image: np.ndarray, box: np.ndarray, class_id: int) -> Heat:
    prepared = detector.prepare(image)
    outputs = network.run(prepared.blob)
    candidates = detector.candidates(outputs, LOW)
    target = prepared.placement.to_input(box.astype(np.float32)[None])
    chosen = _closest(candidates, target, class_id)
    if chosen is None:
        raise _not_found(detector, class_id)
    values, layer = network.heat(prepared.blob, int(candidates.cell[chosen]), class_id)
    heat = cv2.resize(values, detector.size, interpolation=cv2.INTER_CUBIC)
    return Heat(_on_picture(heat, prepared), "HiResCAM", layer, float(candidates.score[chosen]))


@lru_cache(maxsize=1)
def _network(path: Path, size: tuple[int, int], head: str) -> Explainable | None:
    """The Keras network behind a detector, None where there is none."""
    if head == "darknet":
        return detection.gradient.DarknetGradient(path, size)
    beside = path.with_suffix(".keras")
    return detection.studio_gradient.StudioGradient(beside) if head == "studio" and beside.is_file() else None


def _score(detector: Detector, data: np.ndarray, target: np.ndarray, class_id: int) -> float:
    """How well a run finds the box: the best score of its class, weighted by overlap."""
    found = detector.candidates(detector.runtime.run(data), LOW)
    same = found.class_id == class_id
    if not same.any():
        return 0.0
    return float((found.score[same] * iou(found.xyxy[same], target)[:, 0]).max())


def _closest(found: Candidates, target: np.ndarray, class_id: int) -> int | None:
    """The best candidate of the class at the place of `target`."""
    overlap = iou(found.xyxy, target)[:, 0]
    worth = np.where((found.class_id == class_id) & (overlap >= _SAME), found.score * overlap, 0.0)
    return int(worth.argmax()) if len(worth) and worth.max() > 0 else None


def _on_picture(heat: np.ndarray, prepared: Prepared) -> np.ndarray:
    """From the network's input to the picture: padding cut away, size restored."""
    (left, top), (width, height) = prepared.placement.offset, prepared.placement.inner
    inner = heat[top : top + height, left : left + width]
    return cv2.resize(inner, prepared.picture, interpolation=cv2.INTER_LINEAR)


def _not_found(detector: Detector, class_id: int) -> InvalidSetting:
    return InvalidSetting(
        f"The network does not find this {detector.label(class_id)} when run on the picture alone.",
        "Choose a box with a higher score.",
    )


def overlay(image: np.ndarray, heat: Heat, strength: float = 0.75) -> np.ndarray:
    """A copy of an image, RGB uint8 (H, W, 3), with the positive part of a heat map laid over it."""
    positive = np.clip(heat.values, 0, None)
    share = positive / max(float(positive.max()), 1e-12)
    colours = cv2.applyColorMap((share * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[:, :, ::-1]
    # The weakest tenth is left out: there the colour map is black and would look like shadows.
    weight = (np.clip((share - 0.1) * 2, 0, 1) * strength)[:, :, None]
    out = (image * (1 - weight) + colours * weight).astype(np.uint8)
    out.flags.writeable = False
    return out
