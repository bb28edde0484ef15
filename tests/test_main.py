"""The program as a person starts it: its output and its exit code, as a process where that makes a difference."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine import commands
from engine.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "main.py", *map(str, arguments)]
    env = {name: value for name, value in {**os.environ, **environment}.items() if value}  # "" removes a variable
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=120)


@pytest.fixture
def digit(tmp_path):
    path = tmp_path / "a “five”.png"
    Image.fromarray(SAMPLES["digit-5"].load().pixels).save(path)
    return path


def test_classify_prints_one_json_object_an_image_and_nothing_else(digit, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"")
    done = run("classify", digit, tmp_path / "bad.jpg", "--json", "--top", 3, "--model", "digits")
    good, bad = map(json.loads, done.stdout.splitlines())
    assert good["image"] == str(digit)
    assert good["model"] == "digits"
    assert [set(p) for p in good["predictions"]] == [{"label", "index", "probability", "logit"}] * 3
    assert good["predictions"][0]["label"] == "5"
    assert good["predictions"][0]["index"] == 5
    assert "empty" in bad["error"]
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["error: “bad.jpg” is empty (0 bytes). Choose an image file that has content."]


def test_classify_writes_a_table_and_reads_folders(digit, tmp_path, capsys):
    assert _exit_code(["classify", str(digit.parent), "--csv", str(tmp_path / "out.csv"), "--top", "2"]) == 0
    assert capsys.readouterr().err == ""
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert [line["rank"] for line in csv.DictReader(file)] == ["1", "2"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["classify", "x.png", "--model", "alexnet"], 1, "There is no model “alexnet”"),
        (["classify", "x.png", "--model", "mobilenet-v2"], 1, "models download mobilenet-v2"),
        (["classify"], 2, "IMAGE"),
        (["classify", "x.png", "--top", "0"], 2, "expected a whole number from 1"),
        (["paint"], 2, "invalid choice"),
        (["models", "info", "alexnet"], 1, "Known models: cifar10, digits"),
        (["models", "import", "vgg16", "nowhere.h5"], 1, "There is no file nowhere.h5"),
        (["classify", "docs", "--csv", "/proc/nowhere/x.csv"], 1, "“x.csv” cannot be written in /proc/nowhere"),
        (["classify", "docs", "--csv", "."], 1, "“.” is a folder"),
        (["classify", "docs", "--labels", "x.txt"], 1, "The classes of “cifar10” are known"),
        (["classify", "x.png", "--top", "nan"], 2, "expected a whole number from 1, received nan"),
        (["explain", "docs", "--against", "3", "--out", "x"], 1, "There is no class to hold “3” against"),
        (["visualize", "--model", "digits", "--layer", "conv1", "--unit", "--out", "x.png"], 1, "--unit needs"),
        (["visualize", "--model", "digits", "--class", "1", "--channel", "2", "--out", "x.png"], 1, "for a layer, not"),
        (["visualize", "--model", "digits", "--class", "1", "--seed", "-1", "--out", "x.png"], 2, "number from 0"),
        (["visualize", "--model", "digits", "--class", "1", "--out", "/proc/x.png"], 1, "cannot be written in /proc"),
        (["detect", "synthetic", "--format", "csv"], 1, "--format csv is for --save"),
        (["detect", "synthetic", "--confidence", "abc"], 2, "expected a number from 0 to 1, received abc"),
        (["detect", "synthetic", "--json", ""], 1, "--json is empty"),
        (["detect", "synthetic", "--save", "docs"], 1, "“docs” is a folder"),
        (["train", "--resume", "nope"], 1, "There is no run “nope”"),
        (["classify", "docs", "--model", ""], 1, "There is no model “”. Known models: cifar10"),
        (["models", "import", "vgg16", "docs"], 1, "docs is a folder"),
    ],
)
def test_failures_say_why_in_one_line(arguments, code, message, capsys, monkeypatch):
    """In this process: that a failing process says no more is tested above."""
    monkeypatch.chdir(ROOT)
    assert _exit_code(arguments) == code
    said = capsys.readouterr()
    assert message in said.err
    if code == 1:
        assert len(said.err.splitlines()) == 1
        assert said.out == ""


def _exit_code(arguments: list[str]) -> int:
    try:
        return commands.run(commands.build_parser(commands.COMMANDS).parse_args(arguments))
    except SystemExit as stop:  # argparse's
        return int(stop.code)


def test_models_are_listed_and_described():
    listed = run("models")
    assert listed.returncode == 0
    ids = [line.split()[0] for line in listed.stdout.splitlines()]
    assert {"digits", "mobilenet-v2", "mobilenet-v3-small", "efficientnet-b0", "resnet50", "vgg16"} <= set(ids)
    info = run("models", "info", "digits").stdout
    assert "93,322" in info
    assert "MNIST" in info


def test_imported_weights_classify_with_their_labels(shared, home, capsys):
    weights = shared / "models" / "imagenet" / "mobilenet_v2_1.0_224.weights.h5"
    assert _exit_code(["models", "import", "mobilenet-v2", str(weights)]) == 0
    assert capsys.readouterr().err == ""
    photo = shared / "photos" / "jetson_banana_0.jpg"
    assert _exit_code(["classify", str(photo), "--model", "mobilenet-v2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["predictions"][0]["label"] == "banana"


def test_without_a_display_the_window_says_so_in_one_sentence():
    done = run(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert done.stderr.startswith("error: There is no display")
    assert "python main.py classify" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    done = run(QT_QPA_PLATFORM="", DISPLAY=":97", WAYLAND_DISPLAY="")
    assert "The display “:97” does not answer" in done.stderr


def test_the_engine_works_where_qt_cannot_be_imported(digit, tmp_path):
    (tmp_path / "blocked" / "PySide6").mkdir(parents=True)
    (tmp_path / "blocked" / "PySide6" / "__init__.py").write_text("raise ImportError('libEGL.so.1: no such file')")
    path = str(tmp_path / "blocked")
    done = run("classify", digit, "--model", "digits", PYTHONPATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5" in done.stdout
    window = run(PYTHONPATH=path, QT_QPA_PLATFORM="offscreen")
    assert window.returncode == 1
    assert "Qt cannot be loaded (libEGL.so.1" in window.stderr


def test_screenshots_of_a_tab_that_is_not_there_or_too_small_are_refused(tmp_path):
    done = run("screenshots", tmp_path / "shots", "--only", "nope")
    assert done.returncode == 1
    assert "There is no tab “nope”. The tabs are Inspector, Playground, Detection, Training." in done.stderr
    assert not (tmp_path / "shots").exists()
    assert "“0x0” is not a size" in run("screenshots", tmp_path / "shots", "--size", "0x0").stderr


def test_screenshots_show_a_tab_in_both_themes(tmp_path):
    done = run("screenshots", tmp_path / "shots", "--only", "playground")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "shots").iterdir())
    assert {"playground-edges-dark.png", "playground-edges-light.png"} <= set(names)
    light, dark = (Image.open(tmp_path / "shots" / f"playground-edges-{mode}.png") for mode in ("light", "dark"))
    with light, dark:
        assert light.size == dark.size == (1280, 800)
        assert light.convert("L").resize((1, 1)).getpixel((0, 0)) > 180
        assert dark.convert("L").resize((1, 1)).getpixel((0, 0)) < 120
        assert len(light.convert("RGB").getcolors(maxcolors=1 << 24)) > 100
