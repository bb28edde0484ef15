from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.detection.choices import Choices
from engine.detection.detections import Detections
from engine.detection.detector import Settings
from engine.detection.evaluation import RECALLS, Truth, evaluate, read_yolo_labels
from engine.detection.opening import open_detector
from engine.errors import InvalidSetting
from engine.images import load_image

A, B, FAR = [0, 0, 10, 10], [20, 20, 40, 40], [80, 80, 90, 90]

# Model file, the floor the project sets itself on the 128 labelled images.
FLOORS = {
    "yolox/yolox_nano.onnx": 0.48,
    "nanodet/nanodet_m_416.onnx": 0.40,
    "darknet/yolo-fastest-1.1-xl.cfg": 0.37,
    "darknet/MobileNetV2-YOLOv3-Nano-coco.cfg": 0.28,
    "agpl_interop/yolov5n.onnx": 0.52,
    "agpl_interop/yolov8n_int8.onnx": 0.54,
    "agpl_interop/yolo11n_int8.onnx": 0.44,
}


def truth(*boxes, classes=None) -> Truth:
    return Truth(np.array(boxes, np.float32).reshape(-1, 4), np.array(classes or [0] * len(boxes), np.int64))


def found(*rows) -> Detections:
    """Rows of (box, score, class)."""
    return Detections(
        np.array([r[0] for r in rows], np.float32).reshape(-1, 4),
        np.array([r[1] for r in rows], np.float32),
        np.array([r[2] for r in rows], np.int64),
    )


def test_perfect_boxes_are_one_and_none_are_zero():
    assert evaluate([found((A, 0.9, 0), (B, 0.8, 0))], [truth(A, B)]).map == pytest.approx(1.0)
    assert evaluate([Detections.none()], [truth(A)]).map50 == 0.0


def test_precision_is_read_at_101_recalls():
    result = evaluate([found((A, 0.9, 0), (FAR, 0.8, 0), (B, 0.7, 0))], [truth(A, B)])
    expected = np.where(RECALLS <= 0.5, 1.0, 2 / 3).mean()  # hit, miss, hit over two labelled boxes
    assert result.map50 == pytest.approx(expected)


def test_a_second_box_on_the_same_object_is_a_false_one():
    result = evaluate([found((A, 0.9, 0), (A, 0.8, 0), (B, 0.7, 0))], [truth(A, B)])
    assert result.map50 == pytest.approx(np.where(RECALLS <= 0.5, 1.0, 2 / 3).mean())


def test_the_threshold_decides_what_counts():
    shifted = [0, 0, 10, 6]  # IoU 0.6 with A
    result = evaluate([found((shifted, 0.9, 0))], [truth(A)])
    assert result.map50 == pytest.approx(1.0)
    assert result.map == pytest.approx(0.3)  # 0.50, 0.55 and 0.60 of ten thresholds


def test_classes_are_apart_and_those_without_truth_do_not_count():
    result = evaluate([found((A, 0.9, 1), (B, 0.9, 7))], [truth(A, B, classes=[1, 2])])
    assert result.per_class == pytest.approx({1: 1.0, 2: 0.0})
    assert result.map50 == pytest.approx(0.5)


def test_scores_rank_over_all_images():
    results = [found((FAR, 0.95, 0)), found((A, 0.9, 0))]
    assert evaluate(results, [truth(), truth(A)]).map50 == pytest.approx(0.5)


def test_labels_are_read_and_bad_lines_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("3 0.5 0.25 0.2 0.1\n\n0 0.1 0.1 0.2 0.2\n")
    labels = read_yolo_labels(path, 100, 200)
    np.testing.assert_allclose(labels.xyxy, [[40, 40, 60, 60], [0, 0, 20, 40]], atol=1e-4)
    assert labels.class_id.tolist() == [3, 0]
    assert len(read_yolo_labels(tmp_path / "none.txt", 10, 10).class_id) == 0
    path.write_text("a b c d e")
    with pytest.raises(InvalidSetting, match="Line 1"):
        read_yolo_labels(path, 10, 10)


def test_the_evaluator_agrees_with_pycocotools_where_it_is_installed():
    coco = pytest.importorskip("pycocotools.coco")
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(4)
    truths, results, images, notes, answers = [], [], [], [], []
    for number in range(12):
        corner = rng.uniform(0, 80, (6, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(40, 60, (6, 2))], axis=1).astype(np.float32)
        classes = rng.integers(0, 3, 6)
        truths.append(Truth(boxes, classes))
        guess = boxes + rng.normal(0, 6, boxes.shape).astype(np.float32)
        results.append(Detections(guess, rng.random(6).astype(np.float32), np.where(rng.random(6) < 0.8, classes, 0)))
        images.append({"id": number + 1, "width": 200, "height": 200})
        for box, c in zip(boxes.tolist(), classes.tolist(), strict=True):
            size = (box[2] - box[0], box[3] - box[1])
            notes.append({"id": len(notes) + 1, "image_id": number + 1, "category_id": c, "iscrowd": 0,
                          "bbox": [*box[:2], *size], "area": size[0] * size[1]})  # fmt: skip
        for box, s, c in zip(guess.tolist(), results[-1].score.tolist(), results[-1].class_id.tolist(), strict=True):
            bbox = [*box[:2], box[2] - box[0], box[3] - box[1]]
            answers.append({"image_id": number + 1, "category_id": int(c), "score": s, "bbox": bbox})
    reference = coco.COCO()
    reference.dataset = {"images": images, "annotations": notes, "categories": [{"id": i} for i in range(3)]}
    reference.createIndex()
    judge = COCOeval(reference, reference.loadRes(answers), "bbox")
    judge.evaluate(), judge.accumulate(), judge.summarize()
    ours = evaluate(results, truths)
    assert ours.map50 == pytest.approx(judge.stats[1], abs=0.01)
    assert ours.map == pytest.approx(judge.stats[0], abs=0.01)


@pytest.fixture(scope="module")
def labelled(shared):
    """The 128 images with labels: (pictures, truths)."""
    folder = shared / "data" / "coco256"
    pictures, truths = [], []
    for path in sorted((folder / "images" / "val2017").glob("*.jpg")):
        image = load_image(path).pixels
        labels = folder / "object_detection" / "labels" / "val2017" / f"{path.stem}.txt"
        pictures.append(image)
        truths.append(read_yolo_labels(labels, image.shape[1], image.shape[0]))
    return pictures, truths


@pytest.mark.slow
@pytest.mark.parametrize("file", FLOORS)
def test_real_models_are_as_good_as_they_should_be(shared, labelled, file):
    pictures, truths = labelled
    detector = open_detector(shared / "models" / file, Choices(labels="coco", threads=1))
    settings = Settings(confidence=0.01, iou=0.6)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda picture: detector.detect(picture, settings), pictures))
    result = evaluate(found, truths)
    assert result.boxes == 898
    assert result.map50 >= FLOORS[file]
