"""Two steps of every recipe: it trains, resumes, measures and writes a model that the program can use."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from PIL import Image

from engine.models.cards import read_card
from engine.models.loading import load
from recipes import train_cifar10
from recipes.cifar10.network import LABELS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def run(recipe: str, *arguments: object) -> str:
    command = [sys.executable, str(ROOT / "recipes" / recipe), *map(str, arguments)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def run_until(line: str, recipe: str, *arguments: object) -> str:
    """Start a recipe and kill it after it has printed a line that begins so; what it printed."""
    command = [sys.executable, "-u", str(ROOT / "recipes" / recipe), *map(str, arguments)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    said = ""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "start_new_session": True}
    with subprocess.Popen(command, env=environment, **how) as it:
        for one in it.stdout:
            said += one
            if one.startswith(line):
                break
        it.kill()
    assert line in said
    assert _ends(it.pid), "the processes that make scenes outlive the recipe"
    return said


def _ends(group: int) -> bool:
    """Whether all processes of a group end within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return False


def test_the_photo_recipe_trains_and_writes_a_usable_model(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    for split, count in (("train", 26), ("test", 2)):
        for label in LABELS:
            (tmp_path / split / label).mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / split / label / f"{index}.png")
    out = tmp_path / "out" / "cifar10.keras"
    said = run("train_cifar10.py", "--data", tmp_path, "--epochs", 2, "--out", out, "--state", tmp_path / "state")
    assert said.startswith("260 images, 2 epochs: about ")
    assert "epoch 2/2" in said
    model = load(out)
    assert model.card.labels == LABELS
    assert model.card.parameters == model.network.count_params() < 1_200_000
    assert model.network.get_layer("residual3b_relu").output.shape[1:3] == (8, 8)
    assert out.with_suffix(".onnx").stat().st_size < 5e6
    assert "photographs" not in model.card.details  # none was given
    given = ["--data", str(tmp_path), "--out", str(out), "--evaluate", "--sheet", str(tmp_path / "sheet.png")]
    monkeypatch.setattr(sys, "argv", ["train_cifar10.py", *given])
    train_cifar10.main()
    assert f"test images {model.card.figures['test_accuracy']:.4f} of 20" in capsys.readouterr().out
    assert (tmp_path / "sheet.png").stat().st_size > 1000


def test_the_digits_recipe_trains_and_writes_a_usable_model(shared, tmp_path):
    out = tmp_path / "digits.keras"
    data = shared / "data" / "mnist"
    said = run(
        "train_digits.py", "--data", data, "--epochs", 1, "--limit", 300, "--out", out, "--state", tmp_path / "s"
    )
    assert "MNIST test" in said
    assert load(out).card.preprocessing.fit == "digit"
    assert ort.InferenceSession(out.with_suffix(".onnx")).get_modelmeta().custom_metadata_map["names"].startswith("[")


def test_the_face_recipe_trains_resumes_measures_and_writes_a_usable_detector(shared, people, tmp_path):
    with zipfile.ZipFile(shared / "data/caltech101.zip") as archive:
        wanted = [f"Faces/image_{n:04d}.jpg" for n in range(1, 66)] + [f"anchor/image_{n:04d}.jpg" for n in range(1, 9)]
        found = [name for name in archive.namelist() if name.endswith(tuple(wanted))]
        archive.extractall(tmp_path / "unpacked", found)
    caltech = next((tmp_path / "unpacked").rglob("Faces")).parent
    given = ["--caltech", caltech, "--coco", shared / "data/coco256/images", "--state", tmp_path / "state"]
    given += ["--people", people]
    out = tmp_path / "yolo-face.onnx"
    stopped = run_until("round 1/2", "train_yolo_face.py", *given, "--trial", "--out", out)
    assert stopped.startswith("4 scenes in 2 rounds: about ")
    assert not out.exists()
    said = run("train_yolo_face.py", *given, "--trial", "--out", out, "--resume")
    assert said.startswith("1 of 2 rounds are done")
    assert "round 1/2" not in said
    assert "round 2/2" in said
    assert "false boxes a scene without people" in said
    assert ort.InferenceSession(out).get_modelmeta().custom_metadata_map["names"] == '{"0": "face"}'
    card = read_card(tmp_path / "yolo-face.card.json")
    assert card.labels == ("face",)
    assert set(card.figures) >= {"recall", "precision", "precision_of_large_boxes", "training_minutes"}
    assert out.with_suffix(".keras").exists()
