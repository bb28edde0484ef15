"""Each decoder against boxes that were written into a golden tensor by the head's own formula, inverted by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from engine.detection import decoders
from engine.detection.decoders import DARKNET_KEY, Reading
from engine.detection.heads import HEADS, recognise
from engine.detection.signature import Signature
from engine.errors import InvalidModel

SIZE = (96, 64)
CELLS = 12 * 8 + 6 * 4 + 3 * 2
BOX = [20.0, 12.0, 52.0, 44.0]  # centre (36, 28), size (32, 32)


def signature(*shapes, size=SIZE, metadata=None) -> Signature:
    return Signature(size, shapes, metadata=metadata or {})


def decode(name, *outputs, confidence=0.3, extra=None):
    return HEADS[name].decode(list(outputs), Reading(SIZE, confidence, extra or {}))


def assert_the_box(found, score, class_id=2, box=BOX):
    assert found.class_id.tolist() == [class_id]
    np.testing.assert_allclose(found.score, [score], rtol=1e-5)
    np.testing.assert_allclose(found.xyxy, [box], atol=1e-3)


def test_yolox():
    out = np.zeros((1, CELLS, 8), np.float32)
    row = 96 + 1 * 6 + 2  # stride 16, cell (2, 1)
    out[0, row] = [36 / 16 - 2, 28 / 16 - 1, math.log(32 / 16), math.log(2), 0.8, 0.1, 0.2, 0.9]
    found = decode("yolox", out)
    assert_the_box(found, 0.72)
    assert found.cell.tolist() == [row]


def test_yolov5():
    out = np.zeros((1, 3 * CELLS, 8), np.float32)
    out[0, 17] = [36, 28, 32, 32, 0.8, 0.1, 0.2, 0.9]
    out[0, 18] = [36, 28, 32, 32, 0.2, 0.1, 0.2, 1.0]  # below the confidence
    assert_the_box(decode("yolov5", out), 0.72)


def test_yolov8():
    out = np.zeros((1, 7, CELLS), np.float32)
    out[0, :, 33] = [36, 28, 32, 32, 0.1, 0.2, 0.9]
    assert_the_box(decode("yolov8", out), 0.9)


def test_end_to_end():
    out = np.zeros((1, 300, 6), np.float32)
    out[0, 0] = [*BOX, 0.9, 2]
    assert_the_box(decode("end2end", out), 0.9)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_detr_in_any_order_of_outputs(order):
    labels, boxes, scores = np.zeros((1, 5), np.int64), np.zeros((1, 5, 4), np.float32), np.zeros((1, 5), np.float32)
    labels[0, 3], boxes[0, 3], scores[0, 3] = 2, BOX, 0.9
    outputs = [(labels, boxes, scores)[i] for i in order]
    assert recognise(signature(*(o.shape for o in outputs)))[0].name == "detr"
    assert_the_box(decode("detr", *outputs), 0.9)


def test_detr_raw_in_two_outputs_and_in_one():
    unit = [36 / 96, 28 / 64, 32 / 96, 32 / 64]
    logits = np.full((1, 9, 5), -9.0, np.float32)
    logits[0, 4, 2] = 2.0
    boxes = np.zeros((1, 9, 4), np.float32)
    boxes[0, 4] = unit
    assert_the_box(decode("detr-raw", logits, boxes), 1 / (1 + math.exp(-2)))
    one = np.zeros((1, 9, 9), np.float32)
    one[0, 4] = [*unit, 0, 0, 0.9, 0, 0]
    assert_the_box(decode("detr-raw", one), 0.9)


@pytest.mark.parametrize("new_coords", [False, True])
def test_darknet(new_coords):
    scale = {"anchors": [[10, 10], [16, 8]], "classes": 3, "scale_xy": 1.2, "new_coords": new_coords}
    out = np.full((1, 2 * 8, 4, 6), 0.0 if new_coords else -9.0, np.float32)
    share = [(36 / 16 - 2 + 0.1) / 1.2, (28 / 16 - 1 + 0.1) / 1.2]  # of the second anchor at cell (2, 1)
    chances = [0.8, 0.1, 0.2, 0.9]
    if new_coords:
        values = [*share, math.sqrt(32 / 16) / 2, math.sqrt(32 / 8) / 2, *chances]
    else:
        values = [*map(decoders.logit, share), math.log(32 / 16), math.log(32 / 8), *map(decoders.logit, chances)]
    out[0, 8:, 1, 2] = values
    found = decode("darknet", out, extra={"scales": [scale]})
    assert_the_box(found, 0.72)
    assert found.cell.tolist() == [24 + 6 + 2]


def test_nanodet():
    scores = [np.zeros((1, n, 3), np.float32) for n in (96, 24, 6)]
    sides = [np.zeros((1, n, 32), np.float32) for n in (96, 24, 6)]
    row = 1 * 6 + 2  # stride 16, centre (40, 24)
    scores[1][0, row, 2] = 0.9
    bins = np.full((4, 8), -50.0, np.float32)
    for side, distance in enumerate((20, 12, 12, 20)):  # to left, top, right, bottom
        low, share = divmod(distance / 16, 1)
        bins[side, int(low)], bins[side, int(low) + 1] = math.log(1 - share + 1e-9), math.log(share + 1e-9)
    sides[1][0, row] = bins.ravel()
    assert_the_box(decode("nanodet", *scores, *sides), 0.9)


def test_nanodet_plus_counts_from_the_corner_of_the_cell():
    out = np.zeros((1, CELLS + 2, 3 + 32), np.float32)
    row = 96 + 1 * 6 + 2  # stride 16, prior (32, 16)
    out[0, row, 2] = 0.9
    bins = np.full((4, 8), -50.0, np.float32)
    bins[:, 1] = 50.0
    out[0, row, 3:] = bins.ravel()
    assert_the_box(decode("nanodet", out), 0.9, box=[16, 0, 48, 32])


@pytest.mark.parametrize(
    ("shapes", "size", "name", "classes"),
    [
        ([(1, 3549, 85)], (416, 416), "yolox", 80),
        ([(1, 8400, 85)], (640, 640), "yolox", 80),
        ([(1, 25200, 85)], (640, 640), "yolov5", 80),
        ([(1, 84, 8400)], (640, 640), "yolov8", 80),
        ([(1, 84, 2100)], (320, 320), "yolov8", 80),
        ([(1, 5, 8400)], (640, 640), "yolov8", 1),
        ([(1, 300, 6)], (640, 640), "end2end", None),
        ([(1, 300), (1, 300, 4), (1, 300)], (640, 640), "detr", None),
        ([(1, 300, 84)], (640, 640), "detr-raw", 80),
        ([(1, 300, 80), (1, 300, 4)], (640, 640), "detr-raw", 80),
        (
            [(1, 2704, 80), (1, 676, 80), (1, 169, 80), (1, 2704, 32), (1, 676, 32), (1, 169, 32)],
            (416, 416),
            "nanodet",
            80,
        ),
        ([(1, 3598, 112)], (416, 416), "nanodet", 80),
    ],
)
def test_a_head_is_recognised_by_its_shape(shapes, size, name, classes):
    head, found = recognise(signature(*shapes, size=size))
    assert (head.name, found) == (name, classes)


def test_a_darknet_head_is_recognised_by_what_the_importer_wrote():
    facts = {DARKNET_KEY: json.dumps({"scales": [{"classes": 20}]})}
    head, classes = recognise(signature((1, 75, 2, 3), metadata=facts))
    assert (head.name, classes) == ("darknet", 20)


def test_an_override_wins_where_it_fits_and_is_refused_where_not():
    assert recognise(signature((1, 8400, 85), size=(640, 640)), "yolov5")[0].name == "yolov5"
    with pytest.raises(InvalidModel, match="do not fit the head “yolov8”"):
        recognise(signature((1, 8400, 85), size=(640, 640)), "yolov8")
    with pytest.raises(InvalidModel, match="no head “yolov99”"):
        recognise(signature((1, 8400, 85)), "yolov99")


@pytest.mark.parametrize("shapes", [[(1, 1000)], [(1, 21, 520, 520)], [(1, 77, 512), (1, 512)], [(2, 3549, 85)]])
def test_what_is_no_detector_is_refused_with_its_shapes(shapes):
    with pytest.raises(InvalidModel, match=r"not a detector we know: its outputs are \("):
        recognise(signature(*shapes, size=(416, 416)))


def test_nothing_above_the_confidence_is_no_box():
    for name, shape in (("yolox", (1, CELLS, 8)), ("yolov5", (1, 3 * CELLS, 8)), ("yolov8", (1, 7, CELLS))):
        found = decode(name, np.zeros(shape, np.float32))
        assert found.xyxy.shape == (0, 4)
        assert found.class_id.dtype == np.int64


def test_sigmoid_and_logit_are_inverse():
    x = np.linspace(-12, 12, 25, dtype=np.float32)
    np.testing.assert_allclose([decoders.logit(float(p)) for p in decoders.sigmoid(x)], x, atol=0.1)
    assert decoders.sigmoid(np.array([-500.0, 500.0], np.float32)).tolist() == [0.0, 1.0]
