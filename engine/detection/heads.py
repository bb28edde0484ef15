"""The heads we know: what their outputs look like, what they are fed with, and how they become boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.detection import decoders, studio_head
from engine.detection.decoders import Candidates, Reading
from engine.detection.letterbox import Format
from engine.detection.signature import Signature
from engine.errors import InvalidModel

_UNIT_CENTRED = Format("centre")
# Upstream centres the picture. Trained on shifted mosaics, these networks see no difference between padding around and
# padding below: yolov5n on 128 training images of COCO, from which no figure is reported, has mAP50 0.519 centred and
# 0.516 cornered, mAP 0.329 both. On the 128 validation images that the tests hold it to it is 0.513 and 0.535.
_UNIT_CORNERED = Format("corner")
# The mean and deviation of ImageNet in 0..255, blue first, as a scale and a shift.
_IMAGENET_BGR = Format(
    "centre",
    bgr=True,
    scale=(1 / 57.375, 1 / 57.12, 1 / 58.395),
    shift=(-103.53 / 57.375, -116.28 / 57.12, -123.675 / 58.395),
)


@dataclass(frozen=True, slots=True)
class Head:
    """One family of outputs."""

    name: str  # on the command line
    title: str  # on screen
    about: str
    feeding: Format
    classes: Callable[[Signature], int | None]  # number of classes if these outputs are ours, else None
    decode: Callable[[Sequence, Reading], Candidates]
    suppress: bool = True  # whether overlapping boxes are left to us
    any_size: bool = False  # whether it is read right at any size of input, so that padding can be left out


HEADS: dict[str, Head] = {
    head.name: head
    for head in (
        Head(
            "darknet",
            "Darknet YOLO",
            "Raw feature maps with anchors, as the importer of .cfg and .weights writes them.",
            Format("stretch"),
            decoders.darknet_classes,
            decoders.darknet,
        ),
        Head(
            "studio",
            "CNN Studio",
            "Three raw maps (1, 4 + classes, cells, cells) at strides 8, 16 and 32: offsets, log sizes, class logits.",
            _UNIT_CENTRED,
            studio_head.classes,
            studio_head.decode,
        ),
        Head(
            "yolox",
            "YOLOX",
            "(1, cells, 5 + classes): offsets in cells, objectness and classes already 0..1.",
            Format("corner", bgr=True, scale=(1.0, 1.0, 1.0)),
            decoders.yolox_classes,
            decoders.yolox,
            any_size=True,
        ),
        Head(
            "yolov5",
            "YOLOv5, v6, v7",
            "(1, boxes, 5 + classes): centre and size in pixels, objectness, classes.",
            _UNIT_CORNERED,
            decoders.yolov5_classes,
            decoders.yolov5,
            any_size=True,
        ),
        Head(
            "yolov8",
            "YOLOv8, v9, 11",
            "(1, 4 + classes, cells): centre and size in pixels, classes, no objectness.",
            _UNIT_CENTRED,
            decoders.yolov8_classes,
            decoders.yolov8,
            any_size=True,
        ),
        Head(
            "end2end",
            "YOLOv10, 26 (end to end)",
            "(1, boxes, 6): corners, score, class; the network has suppressed overlaps itself.",
            _UNIT_CENTRED,
            decoders.end2end_classes,
            decoders.end2end,
            suppress=False,
        ),
        Head(
            "detr",
            "RT-DETR, D-FINE",
            "labels, boxes and scores of a few hundred queries; no overlaps to suppress.",
            Format("stretch"),
            decoders.detr_classes,
            decoders.detr,
            suppress=False,
        ),
        Head(
            "detr-raw",
            "DETR queries",
            "(1, queries, classes) and (1, queries, 4), or both in one: centre and size as fractions of the input.",
            Format("stretch"),
            decoders.detr_raw_classes,
            decoders.detr_raw,
            suppress=False,
        ),
        Head(
            "nanodet",
            "NanoDet",
            "Class scores and, for each side, a distribution over distances, by stride.",
            _IMAGENET_BGR,
            decoders.nanodet_classes,
            decoders.nanodet,
            any_size=True,
        ),
    )
}


def recognise(signature: Signature, override: str | None = None) -> tuple[Head, int | None]:
    """The head of a network and its number of classes (None when the outputs do not tell).

    override: name of a head to use instead of the recognised one. Raises InvalidModel when the outputs fit none, or
    not the one asked for.
    """
    if override is not None and override not in HEADS:
        raise InvalidModel(f"There is no head “{override}”.", f"Choose one of: {', '.join(HEADS)}.")
    for head in (HEADS[override],) if override else HEADS.values():
        classes = head.classes(signature)
        if classes is not None:
            return head, classes or None
    if override:
        raise InvalidModel(
            f"The outputs {signature.describe()} do not fit the head “{override}”.",
            f"It wants: {HEADS[override].about}",
        )
    raise InvalidModel(
        f"This is not a detector we know: its outputs are {signature.describe()}.",
        f"Known heads: {', '.join(head.title for head in HEADS.values())}.",
    )
