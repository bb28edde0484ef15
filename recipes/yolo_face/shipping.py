"""From a trained detector to the files of the program: settled, folded, packed, measured, with a card."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import keras
import numpy as np

from engine.detection.choices import Choices
from engine.detection.detector import Detector, Settings
from engine.detection.opening import open_detector
from engine.models.cards import Card, Preprocessing, card_path, save_card
from recipes import backends, folding, onnx_file
from recipes.yolo_face.judging import Judgement, RealScene, judge
from recipes.yolo_face.network import STRIDES, face_network

SIDE = 320  # pixels of the input, for measuring; the file takes any multiple of 32
LABELS = ("face",)
LEAST = 32.0  # pixels: side of the faces that must be found
TABLE = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
KNOWN_FAILURES = (
    "faces from the side, bent down, under caps and helmets, half hidden or in the dark are missed more often than"
    " found, and so are those of less than 16 pixels as the network sees them; the back of a head, a hand or a round"
    " thing is now and then taken for a face; drawn and carved faces were left out of training and may count either way"
)
LICENCE = "MIT, trained by us"


def settle(network: keras.Model, batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
    """Measure the statistics of the normalisations anew: those of training belong to the weights of each step."""
    for pictures, _ in batches:
        network(keras.ops.convert_to_tensor(pictures), training=True)


def shipped(network: keras.Model, working_point: float) -> keras.Model:
    """The network as it is shipped: channels last, folded, rounded to half precision.

    working_point: the score, as trained, from which boxes are right often enough; it becomes 0.25, where the program
    starts with every detector.
    """
    backends.shipping_layout()
    plain = face_network()
    plain.set_weights(network.get_weights())
    final = folding.folded(plain)
    for stride in STRIDES:
        layer = final.get_layer(f"stride{stride}")
        kernel, bias = layer.get_weights()
        bias[4] += math.log(0.25 / 0.75) - math.log(working_point / (1 - working_point))
        layer.set_weights([kernel, bias])
    folding.round_to_half(final)
    return final


def write(network: keras.Model, path: Path) -> None:
    """`path` (.onnx) and the same network as `.keras` beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"names": json.dumps(dict(enumerate(LABELS))), "license": LICENCE}
    onnx_file.write(network, path, facts)
    folding.save_packed(network, path.with_suffix(".keras"))


@dataclass(frozen=True)
class Measured:
    """What the shipped file did on real scenes."""

    scenes: int
    faces: int
    strict: list[Judgement]  # faces of LEAST pixels in the picture as it is
    at_input: list[Judgement]  # faces of LEAST pixels in the 320 pixels the network sees
    milliseconds: float  # a picture, from pixels to boxes, median
    slowest: float


def measure(path: Path, scenes: list[RealScene]) -> Measured:
    """Run the file as the program does on scenes that nothing was learnt from."""
    detector = open_detector(path, Choices(size=(SIDE, SIDE)))
    found, times = [], []
    detector.detect(scenes[0].pixels)
    for scene in scenes:
        began = time.perf_counter()
        found.append(detector.detect(scene.pixels, Settings(confidence=0.02)))
        times.append((time.perf_counter() - began) * 1e3)
    strict = [judge(scenes, found, c, lambda _: LEAST) for c in TABLE]
    at_input = [judge(scenes, found, c, lambda scene: LEAST * _shrinking(scene, detector)) for c in TABLE]
    faces = sum(len(scene.faces) for scene in scenes)
    return Measured(len(scenes), faces, strict, at_input, float(np.median(times)), max(times))


def _shrinking(scene: RealScene, detector: Detector) -> float:
    """Pixels of the picture for a pixel that the network sees."""
    return 1 / detector.prepare(scene.pixels).placement.scale[0]


def describe(path: Path, network: keras.Model, measured: Measured | None, minutes: float, learnt: str) -> Card:
    """The card, written beside the file."""
    point = None if measured is None else next(j for j in measured.strict if j.confidence == 0.25)
    seen = None if measured is None else next(j for j in measured.at_input if j.confidence == 0.25)
    figures = (
        {}
        if measured is None or point is None or seen is None
        else {
            "recall": round(point.recall, 3),
            "precision": round(point.precision, 3),
            "false_boxes_a_scene_without_people": round(point.false_boxes, 3),
            "measured": f"input {SIDE} px, at score {point.line()}; faces of {LEAST:.0f} px as the network sees them: "
            f"{seen.line()}; {measured.scenes} scenes of recipes/yolo_face/boxes_real.csv with {measured.faces} faces",
            "latency": f"{measured.milliseconds:.1f} ms a picture of {SIDE} px on two cores (median), pixels to boxes",
        }
    )
    card = Card(
        id="yolo-face",
        title="YOLO-face",
        task="detection",
        about="Finds faces, from a webcam or in photos; nothing else. For 80 everyday classes get YOLOX-Nano (3.7 MB,"
        " Apache-2.0).",
        licence=LICENCE,
        labels=LABELS,
        preprocessing=Preprocessing(SIDE, SIDE, 3, fit="pad", scale="unit"),
        parameters=network.count_params(),
        megabytes=round(path.stat().st_size / 1e6, 2),
        accuracy=""
        if point is None
        else f"recall {point.recall:.0%} of faces of {LEAST:.0f} px and more at precision"
        f" {point.precision:.0%} on {measured.scenes} real scenes, measured by recipes/train_yolo_face.py",
        made=f"recipes/train_yolo_face.py, {learnt}, {date.today()}",
        details={
            "data": "Caltech-101 (F.-F. Li, M. Andreeto, M. Ranzato, P. Perona 2022, CC BY 4.0) and 128 training photos"
            " of COCO 2017 (annotations CC BY 4.0), faces boxed by us in recipes/yolo_face/boxes_train.csv",
            "held_out": "60 portraits of Caltech-101, of people who are in no training photo; all of COCO val, the"
            " photos and the films that the figures are of",
            "known_failures": KNOWN_FAILURES,
            **figures,
            "working_point": "read off the table of the same scenes, as the least score with a precision of 0.95",
            "training_minutes": round(minutes, 1),
        },
    )
    save_card(card, card_path(path))
    return card
