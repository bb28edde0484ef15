from __future__ import annotations

import json
import signal

import pytest

from engine import commands
from engine.commands import detect
from engine.detection import heads
from engine.jobs import Job
from tests.engine.video.mjpeg_server import MjpegServer


def run(*arguments: str) -> int:
    parser = commands.build_parser(commands.COMMANDS)
    return commands.run(parser.parse_args(["detect", *map(str, arguments)]))


@pytest.fixture
def nano(shared) -> str:
    return str(shared / "models/yolox/yolox_nano.onnx")


def test_a_video_as_json(shared, nano, capsys):
    video = shared / "videos" / "one-by-one-person-detection.mp4"
    code = run(video, "--model", nano, "--labels", "coco", "--max-frames", 40, "--track", "--json", "-")
    data = json.loads(capsys.readouterr().out)
    assert code == 0
    assert data["model"] == nano
    assert "ONNX Runtime on CPU" in data["runtime"]
    assert [frame["index"] for frame in data["frames"]] == list(range(40))
    assert data["frames"][10]["time_s"] == pytest.approx(1.0, abs=0.01)


def test_a_darknet_model_on_photos_as_yolo_labels(shared, tmp_path, capsys):
    model = shared / "models/darknet/yolo-fastest-1.1.cfg"
    photo = sorted((shared / "data/coco256/images/val2017").glob("*.jpg"))[0]
    assert run(photo, "--model", model, "--labels", "coco", "--save", tmp_path / "labels", "--format", "yolo") == 0
    assert (tmp_path / "labels" / f"{photo.stem}.txt").read_text().count("\n") > 1


def test_the_password_of_a_camera_does_not_get_into_the_results(nano, capsys):
    with MjpegServer(fps=60) as server:
        address = server.address.replace("http://", "http://me:secret@")
        assert run(address, "--model", nano, "--labels", "coco", "--max-frames", 2, "--json", "-") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["source"] == address.replace("secret", "***")
    assert "secret" not in out + err


def test_only_the_classes_asked_for(nano, capsys):
    assert (
        run("synthetic", "--model", nano, "--labels", "coco", "--max-frames", 3, "--classes", "cat", "--json", "-") == 0
    )
    frames = json.loads(capsys.readouterr().out)["frames"]
    assert {d["label"] for frame in frames for d in frame["detections"]} == {"cat"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing/here.mp4", "--model", "NANO"], "There is no source"),
        (["synthetic", "--model", "yolox-nano"], "YOLOX-Nano is not on this machine"),
        (["synthetic", "--model", "absent.onnx"], "There is no model"),
        (["synthetic", "--model", "NANO", "--labels", "coco", "--classes", "unicorn"], "no class “unicorn”"),
        (["synthetic", "--model", "NANO", "--head", "yolov8"], "do not fit"),
    ],
)
def test_mistakes_are_one_line_and_a_failure(nano, arguments, words, capsys):
    assert run(*[nano if a == "NANO" else a for a in arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_damaged_video_is_a_failure(nano, tmp_path, capsys):
    path = tmp_path / "bad.mp4"
    path.write_bytes(b"no video" * 100)
    assert run(path, "--model", nano) == 1
    assert "no video" in capsys.readouterr().err


def test_files_of_a_folder_that_cannot_be_read_are_named_and_the_others_done(shared, nano, tmp_path, capsys):
    photo = (shared / "photos" / "dog.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(photo)
    (tmp_path / "b.jpg").write_bytes(photo[:3000])
    assert run(tmp_path, "--model", nano, "--labels", "coco", "--json", "-") == 1
    out, err = capsys.readouterr()
    assert [frame["detections"][0]["label"] for frame in json.loads(out)["frames"]] == ["dog"]
    assert err.startswith("error: “b.jpg”")
    assert err.count("\n") == 1


def test_it_knows_every_head():
    assert set(detect.HEADS) == set(heads.HEADS)


def test_what_was_found_before_ctrl_c_is_kept(nano, tmp_path, capsys, monkeypatch):
    shown = []

    def interrupting(self, done, total=0, note=""):
        shown.append(done)
        if done == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Job, "report", interrupting)
    assert run("synthetic", "--model", nano, "--labels", "coco", "--json", tmp_path / "r.json") == 1
    assert len(json.loads((tmp_path / "r.json").read_text())["frames"]) == 3
    assert capsys.readouterr().err == "error: stopped by the user; what was found until then is kept\n"


def test_a_stream_that_does_not_answer_is_given_up_without_a_promise(nano, capsys):
    assert run("http://127.0.0.1:1/x", "--model", nano, "--labels", "coco") == 1
    error = capsys.readouterr().err
    assert "does not answer" in error
    assert "Trying again" not in error
