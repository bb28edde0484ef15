"""The command `models` for detectors; the one for classifiers is tried as a process in tests/test_main.py."""

from __future__ import annotations

import pytest

from engine import commands
from engine.detection import catalog


def run(*arguments: object) -> int:
    parser = commands.build_parser(commands.COMMANDS)
    return commands.run(parser.parse_args(["models", *map(str, arguments)]))


def state_of(model_id: str, capsys) -> str:
    assert run("list") == 0
    rows = {line.split()[0]: line.split()[1] for line in capsys.readouterr().out.splitlines()}
    assert "digits" in rows
    return rows[model_id]


def test_a_detector_is_listed_described_and_fetched_from_a_server(forge, capsys):
    assert state_of("yolox-nano", capsys) == "missing"
    assert run("download", "yolox-nano") == 0
    assert str(catalog.known("yolox-nano").path) in capsys.readouterr().out
    assert forge == ["/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx"]
    assert state_of("yolox-nano", capsys) == "ready"
    assert run("info", "yolox-nano") == 0
    facts = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    assert facts["task"] == "detection"
    assert facts["licence"] == "Apache-2.0 (Megvii)"
    assert facts["file"] == str(catalog.known("yolox-nano").path)
    assert (facts["state"], facts["head"], facts["labels"]) == ("ready", "yolox", "coco")
    assert catalog.open_named("yolox-nano").label(0) == "person"


def test_what_arrives_damaged_is_refused_and_nothing_is_kept(forge, capsys):
    assert run("download", "yolox-s") == 1
    assert "SHA-256" in capsys.readouterr().err
    assert state_of("yolox-s", capsys) == "missing"


def test_a_download_that_was_cut_is_shown_as_partial(capsys):
    part = catalog.incoming(catalog.known("yolox-tiny")).with_suffix(".onnx.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    assert state_of("yolox-tiny", capsys) == "partial"


def test_the_file_of_a_release_can_be_imported_and_no_other(forge, shared, capsys):
    assert run("import", "yolox-nano", shared / "models/nanodet/nanodet_m_416.onnx") == 1
    assert "SHA-256" in capsys.readouterr().err
    assert state_of("yolox-nano", capsys) == "missing"
    assert run("import", "yolox-nano", shared / "models/yolox/yolox_nano.onnx") == 0
    capsys.readouterr()
    assert state_of("yolox-nano", capsys) == "ready"


@pytest.mark.parametrize("action", [["info"], ["download"], ["import", "x.onnx"]])
def test_an_unknown_id_is_told_both_shelves(action, capsys):
    assert run(action[0], "yolox-huge", *action[1:]) == 1
    error = capsys.readouterr().err
    assert "digits" in error
    assert "yolox-nano" in error


def test_a_bundled_detector_shows_its_card(capsys):
    assert state_of("yolo-face", capsys) == "bundled"
    assert run("info", "yolo-face") == 0
    told = capsys.readouterr().out
    assert "CC BY 4.0" in told
    assert "known failures:" in told


def test_without_a_model_the_command_finds_faces_and_a_missing_one_is_told_how_to_fetch(capsys):
    parser = commands.build_parser(commands.COMMANDS)
    assert commands.run(parser.parse_args(["detect", "synthetic", "--max-frames", "1"])) == 0
    assert capsys.readouterr().out.count("face") == 2
    assert commands.run(parser.parse_args(["detect", "synthetic", "--model", "yolox-nano"])) == 1
    assert "models download yolox-nano" in capsys.readouterr().err
