"""Two steps of every recipe: it trains, resumes, measures and writes a model that the program can use."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.models.loading import load

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def run(recipe: str, *arguments: object) -> str:
    command = [sys.executable, str(ROOT / "recipes" / recipe), *map(str, arguments)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_photo_recipe_trains_and_writes_a_usable_model(tmp_path):
    rng = np.random.default_rng(0)
    from recipes.train_cifar10 import LABELS

    for split, count in (("train", 26), ("test", 2)):
        for label in LABELS:
            (tmp_path / split / label).mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / split / label / f"{index}.png")
    out = tmp_path / "out" / "cifar10.keras"
    said = run("train_cifar10.py", "--data", tmp_path, "--epochs", 2, "--out", out, "--state", tmp_path / "state")
    assert "epoch 2/2" in said
    model = load(out)
    assert model.card.labels == LABELS
    assert model.card.parameters == model.network.count_params() < 1_200_000
    assert model.network.get_layer("residual2_relu").output.shape[1:3] == (8, 8)


def test_the_digits_recipe_trains_and_writes_a_usable_model(shared, tmp_path):
    out = tmp_path / "digits.keras"
    data = shared / "data" / "mnist"
    said = run(
        "train_digits.py", "--data", data, "--epochs", 1, "--limit", 300, "--out", out, "--state", tmp_path / "s"
    )
    assert "MNIST test" in said
    assert load(out).card.preprocessing.fit == "digit"
