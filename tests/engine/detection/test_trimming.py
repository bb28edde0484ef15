from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detection.boxes import iou
from engine.detection.choices import Choices
from engine.detection.detector import Detector, Settings
from engine.detection.evaluation import evaluate, read_yolo_labels
from engine.detection.heads import HEADS
from engine.detection.letterbox import FITS
from engine.detection.opening import open_detector
from engine.detection.pipeline import Pipeline
from engine.detection.trimming import Fitting, input_size, trimmed
from engine.images import load_image
from engine.video.capture import Capture
from engine.video.files import VideoFile
from engine.video.synthetic import SyntheticScene
from tests.engine.detection.test_opening import write_network
from tests.engine.detection.test_pipeline import FixedRuntime

SIDES = st.integers(8, 4000)


@pytest.fixture
def nano(shared) -> Detector:
    return open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))


@given(SIDES, SIDES, st.sampled_from([(416, 416), (640, 384), (300, 300)]), st.sampled_from(["centre", "corner"]))
def test_a_picture_is_as_large_in_the_trimmed_input_as_in_the_full_one(width, height, full, fit):
    head = next(head for head in HEADS.values() if head.feeding.fit == fit and head.any_size)
    size = input_size(Detector(FixedRuntime(), head, full, (), 3), (width, height))
    before, after = FITS[fit](width, height, full), FITS[fit](width, height, size)
    assert after.inner == before.inner
    for side, most, inside in zip(size, full, after.inner, strict=True):
        assert min(inside + 15, most) <= side <= most
        assert side % 32 == 0 or side == most
        assert side - inside <= 48 or side == most


@pytest.mark.parametrize(
    ("picture", "size"), [((1280, 720), (416, 256)), ((720, 1280), (256, 416)), ((9, 9), (416, 416))]
)
def test_the_input_has_the_shape_of_the_picture(nano, picture, size):
    small = trimmed(nano, picture)
    assert small.size == size
    assert (small is nano) == (size == nano.size)
    assert small.runtime.fixed_size == size
    assert (small.title, small.labels, small.classes) == (nano.title, nano.labels, nano.classes)


def test_boxes_on_a_real_video_stay_what_they_are(shared, nano):
    source = VideoFile(shared / "videos" / "one-by-one-person-detection.mp4")
    source.open()
    small, compared = trimmed(nano, (768, 432)), 0
    assert small.size == (416, 256)
    for number in range(120):
        image, _ = source.read()
        if number % 10:
            continue
        sure, all_small = nano.detect(image, Settings(0.5)), small.detect(image, Settings(0.25))
        if len(sure):
            overlap = iou(sure.xyxy, all_small.xyxy) * (sure.class_id[:, None] == all_small.class_id[None])
            assert overlap.max(axis=1).min() > 0.85
            compared += len(sure)
    source.close()
    assert compared >= 5


def test_a_network_made_for_one_size_is_left_as_it_is(tmp_path, shared):
    constant = open_detector(write_network(tmp_path / "m.onnx"))
    assert constant.head.any_size
    assert input_size(constant, (400, 50)) == (64, 32)
    assert trimmed(constant, (400, 50)) is constant
    stretched = open_detector(shared / "models/darknet/yolo-fastest-1.1.cfg", Choices(labels="coco"))
    assert trimmed(stretched, (1280, 720)) is stretched


def test_another_runtime_is_left_as_it_is(shared):
    opencv = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco", runtime="opencv"))
    assert trimmed(opencv, (1280, 720)) is opencv


def test_a_size_is_prepared_once(nano):
    fitting = Fitting()
    first = fitting(nano, (1280, 720))
    assert fitting(nano, (1280, 720)) is first
    assert fitting(nano, (720, 1280)).size == (256, 416)


@pytest.mark.parametrize(("steady", "height"), [(True, 256), (False, 416)])
def test_a_running_source_is_detected_without_its_padding(nano, steady, height):
    scene = SyntheticScene(1280, 720, live=False, frames=4)
    scene.steady = steady
    seen = []
    run = type(nano.runtime).run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(nano.runtime), "run", lambda self, blob: (seen.append(blob.shape), run(self, blob))[1])
        running = Pipeline(Capture(scene, own_speed=False), nano).start()
        while not running.capture.finished or len(running.results) < 4:
            running.views.take(0.1)
        running.stop()
    frames = seen[-4:]
    assert frames == [(1, 3, height, 416)] * 4
    found = list(running.results)[-1].found
    assert {"person", "cat"} <= {nano.label(int(c)) for c in found.class_id}


@pytest.mark.slow
def test_the_accuracy_does_not_suffer(shared, nano):
    """Every labelled picture on the input of its own shape, against the floor of the full input."""
    folder = shared / "data" / "coco256"
    made: dict[tuple[int, int], Detector] = {}
    found, truths = [], []
    for path in sorted((folder / "images" / "val2017").glob("*.jpg")):
        image = load_image(path).pixels
        picture = (image.shape[1], image.shape[0])
        detector = made.setdefault(input_size(nano, picture), None) or trimmed(nano, picture)
        made[input_size(nano, picture)] = detector
        found.append(detector.detect(image, Settings(confidence=0.01, iou=0.6)))
        truths.append(
            read_yolo_labels(folder / "object_detection" / "labels" / "val2017" / f"{path.stem}.txt", *picture)
        )
    assert len(made) > 4
    assert evaluate(found, truths).map50 >= 0.48


def test_boxes_of_a_trimmed_detector_lie_in_the_picture(nano):
    scene = SyntheticScene(720, 1280)
    scene.open()
    found = trimmed(nano, (720, 1280)).detect(scene.draw(20))
    assert len(found)
    assert np.all(found.xyxy[:, [0, 1]] >= 0)
    assert np.all(found.xyxy[:, [2, 3]] <= [720, 1280])
