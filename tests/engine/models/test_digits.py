"""The bundled digits model: that its files agree, and that it reads photographed digits as its card says."""

from __future__ import annotations

import time

import numpy as np
import onnxruntime as ort
import pytest

from engine.models.catalog import entry
from engine.models.loading import load
from recipes.digits.rendering import photograph, through_preprocessing
from recipes.train_digits import SEED, load_mnist

ENTRY = entry("digits")


@pytest.fixture(scope="module")
def model():
    return load("digits")


def test_the_card_tells_what_must_be_told():
    assert set(ENTRY.card.details) >= {"data", "held_out", "photographed", "known_failures", "measured_by", "latency"}
    assert "CC BY-SA 3.0" in ENTRY.card.details["data"]


def test_both_files_hold_the_same_network_and_are_small(model):
    picture = np.random.default_rng(1).random((3, 28, 28, 1), np.float32)
    ours = np.asarray(model.network(picture, training=False))
    file = ENTRY.file.with_suffix(".onnx")
    given = ort.InferenceSession(file).run(None, {"images": picture.transpose(0, 3, 1, 2)})
    np.testing.assert_allclose(ours, given[0], atol=1e-4)
    assert max(file.stat().st_size, ENTRY.file.stat().st_size) < 5e6


def test_it_opens_quickly(model):
    times = []
    for _ in range(3):
        began = time.perf_counter()
        load("digits")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


def test_photographed_digits_are_read_as_often_as_the_card_says(model, shared):
    _, _, images, truth = load_mnist(shared / "data" / "mnist")
    chosen = slice(0, 10_000, 20)
    photos = [photograph(digit, SEED + 20 * number) for number, digit in enumerate(images[chosen])]
    answers = np.asarray(model.network.predict(through_preprocessing(photos), verbose=0)).argmax(axis=1)
    right = float((answers == truth[chosen]).mean())
    assert right == pytest.approx(ENTRY.card.figures["photographed_accuracy"], abs=0.012)  # of 500
    assert ENTRY.card.figures["photographed_accuracy"] >= 0.97
