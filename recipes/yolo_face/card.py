"""The card of the face detector: what it was made from, and what it did on real scenes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine import processor
from engine.models.cards import Card, Preprocessing
from recipes.yolo_face.measuring import FALSE_BOXES, LEAST, PRECISION, SIDE, Measured
from recipes.yolo_face.shipping import LABELS, LICENCE, START

DATA = (
    "Caltech-101 (F.-F. Li, M. Andreeto, M. Ranzato, P. Perona 2022, CC BY 4.0) and 128 training photos of COCO 2017"
    " (T.-Y. Lin and others; annotations CC BY 4.0; the photos are their authors', from Flickr, 95 of them under"
    " Creative Commons licences that forbid commercial use or changed copies; none is part of this file); faces"
    " boxed by us in recipes/yolo_face/boxes_train.csv; {people:,} people rendered by us from MakeHuman's body, hair,"
    " clothes and skins, which the MakeHuman team released under CC0 in 2020 (hair, clothes and skins came from a"
    " package that still names their licence of before, AGPL)"
)
HELD_OUT = (
    "60 portraits of Caltech-101, of people who are in no training photo; the 128 photos of COCO's validation set, the"
    " films and the further photos that the figures are of"
)


def describe(path: Path, parameters: int, made: str, minutes: float, people: int) -> Card:
    """The card of the file at `path`, as long as nothing is measured.

    made: how, from what, and when. people: how many were rendered.
    """
    return Card(
        id="yolo-face",
        title="YOLO-face",
        task="detection",
        about="Finds faces, from a webcam or in photos, and nothing else. For 80 everyday classes there is YOLOX-Nano"
        " (3.7 MB, Apache-2.0).",
        licence=LICENCE,
        labels=LABELS,
        preprocessing=Preprocessing(SIDE, SIDE, 3, fit="pad", scale="unit"),
        parameters=parameters,
        megabytes=round(path.stat().st_size / 1e6, 2),
        made=made,
        details={"data": DATA.format(people=people), "held_out": HELD_OUT},
        figures={"training_minutes": round(minutes, 1)},
    )


def with_figures(card: Card, measured: Measured, known_failures: str) -> Card:
    """The card with what the file did on real scenes, at the score from which boxes are shown."""
    picture, seen = measured.in_picture(START), measured.at_input(START)
    least, scenes = f"{LEAST:.0f} px and more", f"{len(measured.scenes)} real scenes"
    return replace(
        card,
        accuracy=f"Finds {seen.recall:.0%} of the faces that are {least} as the network sees them, and"
        f" {seen.precision:.0%} of its boxes are faces ({scenes} that it never learnt from)",
        details={"known_failures": known_failures}
        | card.details
        | {
            "measured": f"input {SIDE} px, at score {START}, on {scenes} with {measured.faces} faces (listed in"
            f" recipes/yolo_face/boxes_real.csv): faces of {least} as the network sees them: {seen.line()}; faces of"
            f" {least} in the picture: {picture.line()}",
            "measured_by": "recipes/train_yolo_face.py --evaluate, with the folders that its help names",
            "latency": f"{measured.time()} a picture of {SIDE} px, from pixels to boxes, on {processor.described()}",
            "working_point": f"moved so that {START} is the least score with a precision of {PRECISION}, boxes of all"
            f" sizes counted, and at most {FALSE_BOXES} false boxes a scene without people, on these same scenes",
        },
        figures={
            "training_minutes": card.figures["training_minutes"],
            "recall": round(seen.recall, 3),
            "precision": round(seen.precision, 3),
            "recall_in_picture": round(picture.recall, 3),
            "precision_of_large_boxes": round(seen.precision_large, 3),
            "false_boxes_a_scene_without_people": round(seen.false_boxes, 3),
            "slowest_milliseconds": round(max(measured.milliseconds), 1),
        },
    )
