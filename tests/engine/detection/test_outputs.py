from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from engine.detection.counting import Counters, Line
from engine.detection.detections import Detections
from engine.detection.drawing import BOX_STYLES, Look, annotate, caption, class_colour
from engine.detection.evaluation import read_yolo_labels
from engine.detection.exports import FORMATS, FrameResult, Results, classes_from
from engine.detection.journal import Journal
from engine.detection.privacy import STYLES, cover
from engine.detection.view import Options, View
from engine.errors import InvalidSetting
from engine.video.frame import Frame, sealed

FOUND = Detections(
    np.array([[10, 20, 60, 80], [100, 30, 140, 90]], np.float32), np.array([0.9, 0.5], np.float32), np.array([0, 2]),
    np.array([7, -1]),
)  # fmt: skip
NAMES = ("ant", "bee", "wasp")


@pytest.fixture
def results() -> Results:
    frames = [FrameResult(0, 0.0, (200, 100), FOUND, "a.jpg"), FrameResult(1, 0.5, (200, 100), Detections.none())]
    return Results("clip.mp4", "m.onnx", "ONNX Runtime on CPU", NAMES.__getitem__, frames)


def picture(seed: int = 0) -> np.ndarray:
    return sealed(np.random.default_rng(seed).integers(0, 256, (100, 200, 3), np.uint8))


def view(**options) -> View:
    covered = FOUND.xyxy[:1] if options.get("private") else FOUND.xyxy[:0]
    counters = Counters((Line("door", (150.0, 0.0), (150.0, 99.0)),))
    return View(Frame(picture(), 3, 0, 1.5), FOUND, covered, Options(**options), NAMES.__getitem__, counters=counters)


def test_json_is_the_promised_shape(results, tmp_path):
    FORMATS["json"](results, tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text())
    assert list(data) == ["source", "model", "runtime", "frames"]
    assert data["frames"][0]["detections"][0] == {
        "label": "ant", "class_id": 0, "score": 0.9, "box": [10.0, 20.0, 60.0, 80.0], "track_id": 7,
    }  # fmt: skip
    assert data["frames"][0]["detections"][1]["track_id"] is None
    assert data["frames"][1] == {"index": 1, "time_s": 0.5, "detections": []}


def test_csv_has_a_line_a_box(results, tmp_path):
    FORMATS["csv"](results, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["label"], r["left"], r["track_id"], r["file"]) for r in rows] == [
        ("ant", "10.0", "7", "a.jpg"),
        ("wasp", "100.0", "", "a.jpg"),
    ]


def test_coco_boxes_are_corner_and_size(results, tmp_path):
    FORMATS["coco"](results, tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text())
    assert data["annotations"][0]["bbox"] == [10.0, 20.0, 50.0, 60.0]
    assert data["images"][0] == {"id": 1, "file_name": "a.jpg", "width": 200, "height": 100}
    assert data["categories"] == [{"id": 0, "name": "ant"}, {"id": 2, "name": "wasp"}]


def test_yolo_labels_read_back_as_they_were(results, tmp_path):
    FORMATS["yolo"](results, tmp_path / "labels")
    truth = read_yolo_labels(tmp_path / "labels" / "a.txt", 200, 100)
    np.testing.assert_allclose(truth.xyxy, FOUND.xyxy, atol=1e-3)
    assert truth.class_id.tolist() == [0, 2]
    assert (tmp_path / "labels" / "frame_000001.txt").read_text() == ""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidSetting, match="folder"):
        FORMATS["yolo"](results, tmp_path / "file")


def test_classes_are_named_or_numbered():
    assert classes_from("Bee, 2", NAMES) == {1, 2}
    with pytest.raises(InvalidSetting, match="“moth”"):
        classes_from("moth", NAMES)
    with pytest.raises(InvalidSetting, match="“9”"):
        classes_from("9", NAMES)


@pytest.mark.parametrize("style", STYLES)
def test_a_covered_box_keeps_next_to_nothing_and_the_rest_everything(style):
    image = picture()
    out = cover(image, FOUND.xyxy[:1], style, margin=1.2)
    inside, original = out[14:86, 5:65], image[14:86, 5:65]
    assert inside.std() < original.std() / 3
    assert abs(np.corrcoef(inside.ravel(), original.ravel())[0, 1]) < 0.3, "averages of noise tell nothing of it"
    np.testing.assert_array_equal(out[:, 70:], image[:, 70:])
    assert not (out[15:85, 6:64] == image[15:85, 6:64]).all(axis=2).mean() > 0.01


def test_a_box_over_the_edge_is_covered_as_far_as_it_is_seen():
    out = cover(picture(), np.array([[-50, -50, 30, 30], [400, 400, 500, 500]], np.float32), "fill", 1.0)
    assert out[:30, :30].std(axis=(0, 1)).max() == 0


def test_no_sink_gets_past_the_cover():
    shown = view(private=frozenset({0}), privacy="fill", look=Look(label="none"))
    for image in (shown.clean, shown.annotated):
        assert image[30:70, 20:50].std() < 40 < picture()[30:70, 20:50].std()


def test_a_mirrored_view_draws_boxes_where_things_are():
    plain, mirrored = view(look=Look(label="none")), view(mirror=True, look=Look(label="none"))
    np.testing.assert_array_equal(mirrored.clean, plain.clean[:, ::-1])
    changed = (mirrored.annotated != mirrored.clean).any(axis=2)
    assert changed[50, 200 - 60 - 2 : 200 - 60 + 3].any(), "the left edge of the first box"
    assert not changed[50, 160:180].any()
    assert mirrored.box_at(200 - 30, 50) == plain.box_at(30, 50) == 0
    assert plain.box_at(199, 99) is None
    assert mirrored.to_source(30, 5) == (170, 5)


@pytest.mark.parametrize("style", BOX_STYLES)
def test_drawing_leaves_the_picture_itself_alone(style):
    image = picture()
    before = image.copy()
    out = annotate(image, FOUND, NAMES.__getitem__, Look(style), {7: [(10, 20), (35, 50)]})
    np.testing.assert_array_equal(image, before)
    assert (out != before).any()
    assert not out.flags.writeable


def test_colours_are_steady_distinct_and_bright():
    colours = [class_colour(c) for c in range(80)]
    assert len(set(colours)) == 80
    assert colours[3] == class_colour(3)
    assert min(max(c) for c in colours) > 150


def test_captions_say_class_track_and_score():
    assert caption(FOUND, 0, NAMES.__getitem__) == "ant #7 0.90"
    assert caption(FOUND, 1, NAMES.__getitem__) == "wasp 0.50"
    assert caption(FOUND, 1, NAMES.__getitem__, score=False) == "wasp"


def test_a_journal_gives_back_what_was_written_while_more_is_added(results):
    journal = Journal()
    for frame in results.frames:
        journal.append(frame)
    reading = iter(journal)
    first = next(reading)
    journal.append(results.frames[0])
    assert len([first, *reading]) == 2
    assert len(list(journal)) == len(journal) == 3
    assert (first.index, first.size, first.name) == (0, (200, 100), "a.jpg")
    np.testing.assert_array_equal(first.found.xyxy, FOUND.xyxy)
    np.testing.assert_array_equal(first.found.track_id, FOUND.track_id)
    journal.close()
    journal.append(first)
    assert list(journal) == []


def test_pictures_of_one_name_keep_their_own_label_files(tmp_path):
    names = ("x/a.jpg", "x/a.png", "y/a.png")
    frames = [FrameResult(n, 0.0, (200, 100), FOUND[n : n + 1], name) for n, name in enumerate(names)]
    results = Results("x", "m.onnx", "CPU", NAMES.__getitem__, frames)
    FORMATS["yolo"](results, tmp_path)
    written = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*.txt")}
    assert sorted(written) == ["x/a.png.txt", "x/a.txt", "y/a.txt"]
    assert written["x/a.txt"].startswith("0 ")
    assert written["x/a.png.txt"].startswith("2 ")
    assert written["y/a.txt"] == ""
    FORMATS["json"](results, tmp_path / "r.json")
    assert [frame["file"] for frame in json.loads((tmp_path / "r.json").read_text())["frames"]] == list(names)


def test_a_number_that_is_no_decimal_is_no_class():
    with pytest.raises(InvalidSetting, match="“²”"):
        classes_from("²", NAMES)
