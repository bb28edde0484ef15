"""What a recipe says before it starts: what is missing, and how long it will take."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recipes import budget, train_cifar10, train_digits
from recipes.cifar10.measuring import listed_photos
from recipes.yolo_face import training
from recipes.yolo_face.photos import check_folders
from recipes.yolo_face.rounds import FIRST, Round

ROOT = Path(__file__).resolve().parents[2]


def test_the_budget_is_steps_times_their_seconds():
    assert (
        budget.told("7 images", [(600, 0.5), (60, 10.0)]) == "7 images: about 15 minutes on this machine, as it is now"
    )


def test_a_step_is_timed_as_it_is(monkeypatch):
    clock = iter((0.0, 1.0, 10.0, 12.0, 20.0, 29.0))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    trainer = Namespace(train_on_batch=lambda inputs, targets: None)
    assert budget.seconds_a_step(trainer, np.zeros(1), np.zeros(1)) == 2.0  # the median of 1, 2 and 9


def test_the_forecast_counts_every_step(monkeypatch):
    monkeypatch.setattr(budget, "seconds_a_step", lambda trainer, inputs, targets: 0.3)
    assert train_cifar10.forecast(2560, 20).startswith("2560 images, 20 epochs: about 1 minutes")  # 10 a epoch


def test_the_forecast_of_digits_counts_the_last_batch_too(monkeypatch):
    monkeypatch.setattr(budget, "seconds_a_step", lambda trainer, inputs, targets: 60.0)
    assert train_digits.forecast(129, 3).startswith("129 images, 3 epochs: about 6 minutes")


def test_the_forecast_of_faces_counts_the_pixels_of_every_round(monkeypatch):
    monkeypatch.setattr(budget, "seconds_a_step", lambda trainer, inputs, targets: 60.0)
    rounds = [Round(64, 2, 1, FIRST), Round(128, 2, 3, FIRST)]
    assert training.forecast(rounds).startswith("8 scenes in 2 rounds: about 13 minutes")


def test_cifar_without_images_or_with_other_classes_is_said(tmp_path):
    with pytest.raises(SystemExit, match="has no images: give --data"):
        train_cifar10.load_folders(tmp_path / "train")
    (tmp_path / "train" / "zebra").mkdir(parents=True)
    Image.new("RGB", (32, 32)).save(tmp_path / "train" / "zebra" / "1.png")
    with pytest.raises(SystemExit, match=r"of other names \(zebra\)"):
        train_cifar10.load_folders(tmp_path / "train")


def test_a_photograph_of_the_list_that_is_missing_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"lacks 17 of 17 photographs of photos\.csv: coral_owl\.jpg"):
        listed_photos(tmp_path)


def test_a_file_of_mnist_that_is_missing_is_named(tmp_path):
    for name in train_digits.FILES[:-1]:
        (tmp_path / name).write_bytes(gzip.compress(b""))
    with pytest.raises(SystemExit, match=f"has no {train_digits.FILES[-1]}"):
        train_digits.load_mnist(tmp_path)


def test_photos_to_learn_faces_from_that_are_missing_are_named(tmp_path):
    with pytest.raises(SystemExit, match="--caltech"):
        check_folders(tmp_path, tmp_path)
    (tmp_path / "Faces").mkdir()
    (tmp_path / "Faces" / "1.jpg").touch()
    with pytest.raises(SystemExit, match="--coco"):
        check_folders(tmp_path, tmp_path)
    (tmp_path / "train2017").mkdir()
    (tmp_path / "train2017" / "1.jpg").touch()
    check_folders(tmp_path, tmp_path)


def test_no_recipe_needs_tensorflow():
    """A GPU machine may have only PyTorch or JAX: neither a recipe nor what it imports of the engine names it."""
    from_engine = set()
    for path in (ROOT / "recipes").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) tensorflow|\btf\.", text, re.MULTILINE), path
        from_engine |= set(re.findall(r"^from (engine[\w.]*) import", text, re.MULTILINE))
    assert "engine.models.cards" in from_engine
    names = "; ".join(f"import {name}" for name in sorted(from_engine))
    code = f"import sys; {names}; sys.exit('tensorflow' in sys.modules)"
    environment = os.environ | {"KERAS_BACKEND": "numpy"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
