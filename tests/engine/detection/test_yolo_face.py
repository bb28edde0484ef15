"""The bundled face detector: that its files agree, and that it does what its card says."""

from __future__ import annotations

import re
import time

import numpy as np
import onnxruntime as ort
import pytest

from engine.detection import catalog
from engine.detection.detector import Settings
from engine.detection.explain import explain
from engine.models.catalog import FIRST_DETECTOR
from engine.samples import SAMPLES
from engine.video.synthetic import SyntheticScene
from recipes.yolo_face.judging import judge, read_scenes

ENTRY = catalog.known("yolo-face")


@pytest.fixture(scope="module")
def detector():
    return catalog.open_named("yolo-face")


def test_it_is_what_is_there_before_anything_is_fetched(detector):
    assert next(iter(catalog.entries())) == FIRST_DETECTOR == "yolo-face"
    assert (detector.head.name, detector.labels, detector.size) == ("studio", ("face",), (320, 320))
    assert detector.resizable
    assert "trained by us" in detector.licence
    assert ENTRY.bytes < 5e6
    assert ENTRY.path.with_suffix(".keras").stat().st_size < 5e6


def test_the_card_tells_what_must_be_told():
    told = ENTRY.card.details
    assert {"data", "held_out", "known_failures", "measured", "measured_by", "latency", "working_point"} <= set(told)
    assert "CC BY 4.0" in told["data"]
    assert "YOLOX-Nano" in ENTRY.card.about
    assert re.search(r"recipes/train_yolo_face\.py.*\d{4}-\d\d-\d\d", ENTRY.card.made)


def test_both_files_hold_the_same_network():
    import keras

    network = keras.models.load_model(ENTRY.path.with_suffix(".keras"), compile=False)
    picture = np.random.default_rng(3).random((1, 96, 160, 3), np.float32)
    ours = [np.asarray(maps).transpose(0, 3, 1, 2) for maps in network(picture, training=False)]
    session = ort.InferenceSession(ENTRY.path)
    for a, b in zip(ours, session.run(None, {"images": picture.transpose(0, 3, 1, 2)}), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    assert network.count_params() == ENTRY.card.parameters


def test_it_opens_quickly():
    catalog.open_named("yolo-face")  # the runtime is imported once
    times = []
    for _ in range(3):
        began = time.perf_counter()
        catalog.open_named("yolo-face")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


@pytest.mark.parametrize("frame", [0, 200, 900])
def test_the_sample_scene_has_faces_that_it_finds(detector, frame):
    scene = SyntheticScene()
    scene.open()
    found = detector.detect(scene.draw(frame)).xyxy
    assert len(found) == len(scene.faces(frame)) == 2  # and takes neither the cat nor the cup for one
    for left, top, right, bottom in scene.faces(frame):
        middle = ((left + right) / 2, (top + bottom) / 2)
        assert any(b[0] < middle[0] < b[2] and b[1] < middle[1] < b[3] for b in found)


@pytest.mark.parametrize("sample", ["coffee", "rocket", "flower", "temple", "cat"])
def test_it_finds_no_face_where_there_is_none(detector, sample):
    assert len(detector.detect(SAMPLES[sample].load().pixels)) == 0


def test_the_explanation_of_a_box_lies_in_the_face(detector):
    picture = SAMPLES["astronaut"].load().pixels
    found = detector.detect(picture)
    heat = explain(detector, picture, found.xyxy[0], 0)
    assert (heat.method, heat.empty) == ("HiResCAM", False)
    left, top, right, bottom = found.xyxy[0].astype(int)
    positive = np.clip(heat.values, 0, None)
    wide = (right - left) // 2
    near = positive[max(top - wide, 0) : bottom + wide, max(left - wide, 0) : right + wide]
    assert near.sum() > 0.5 * positive.sum()


@pytest.mark.slow
def test_the_figures_of_the_card_are_those_of_the_file(detector, shared):
    folders = {"coco_val": shared / "data/coco256/images/val2017", "photos": shared / "photos"}
    scenes = read_scenes({**folders, "video": shared / "videos"})
    found = [detector.detect(scene.pixels, Settings(confidence=0.02)) for scene in scenes]
    now = judge(scenes, found, 0.25, [32.0] * len(scenes))
    seen = judge(scenes, found, 0.25, [32 / detector.prepare(one.pixels).placement.scale[0] for one in scenes])
    told = ENTRY.card.figures
    assert seen.recall == pytest.approx(told["recall"], abs=0.04)  # of 30 faces
    assert seen.precision_large == pytest.approx(told["precision_of_large_boxes"], abs=0.04)
    assert now.recall == pytest.approx(told["recall_in_picture"], abs=0.015)
    assert now.precision == pytest.approx(told["precision"], abs=0.015)
    assert now.false_boxes == pytest.approx(told["false_boxes_a_scene_without_people"], abs=0.015)
    # what was asked for
    assert told["recall"] >= 0.75
    assert told["precision"] >= 0.95
    assert now.false_boxes <= 0.05
    assert told["slowest_milliseconds"] <= 40
