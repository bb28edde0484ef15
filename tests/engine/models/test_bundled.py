"""The bundled photo classifier: that its files agree, and that it does what its card says."""

from __future__ import annotations

import csv
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from engine.classification import Classifier
from engine.images import load_image
from engine.models.catalog import FIRST_CLASSIFIER, entries, entry
from engine.models.loading import load
from engine.samples import SAMPLES

ENTRY = entry("cifar10")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def model():
    return load("cifar10")


def test_it_stands_first_and_its_files_are_small():
    assert next(iter(entries())) == FIRST_CLASSIFIER == "cifar10"
    assert ENTRY.card.parameters < 1_200_000
    assert all(ENTRY.file.with_suffix(suffix).stat().st_size < 5e6 for suffix in (".keras", ".onnx"))


def test_the_card_tells_what_must_be_told():
    assert {"data", "held_out", "photographs", "known_failures", "measured_by", "latency"} <= set(ENTRY.card.details)
    assert "Krizhevsky" in ENTRY.card.details["data"]


def test_both_files_hold_the_same_network(model):
    picture = np.random.default_rng(1).random((3, 32, 32, 3), np.float32)
    ours = np.asarray(model.network(picture, training=False))
    given = ort.InferenceSession(ENTRY.file.with_suffix(".onnx")).run(None, {"images": picture.transpose(0, 3, 1, 2)})
    np.testing.assert_allclose(ours, given[0], atol=1e-4)


def test_it_opens_quickly(model):
    times = []
    for _ in range(3):
        began = time.perf_counter()
        load("cifar10")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


def test_its_last_maps_have_a_shape_to_explain(model):
    spatial = [layer for layer in model.network.layers if len(layer.output.shape) == 4]
    assert min(spatial[-1].output.shape[1:3]) >= 8


def test_the_sample_cat_is_a_cat(model):
    answer = Classifier(model).classify(SAMPLES["cat"].load().pixels, 1)
    assert answer.predictions[0].label == "cat"


def test_the_accuracy_of_the_card_holds_on_a_fixed_part_of_the_test_images(model, shared):
    images, truth = [], []
    with zipfile.ZipFile(shared / "data/cifar10_jpg.zip") as archive:
        names = sorted(name for name in archive.namelist() if "test/" in name and name.endswith((".jpg", ".jpeg")))
        for name in names[::10]:
            pixels = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
            images.append(pixels.astype(np.float32) / 255)
            truth.append(ENTRY.card.labels.index(name.split("/")[-2]))
    answers = model.network.predict(np.stack(images), 100, verbose=0).argmax(axis=1)
    assert len(images) == 1000
    # two standard deviations of a share of a thousand
    assert (answers == np.array(truth)).mean() == pytest.approx(ENTRY.card.figures["test_accuracy"], abs=0.018)


def test_the_photographs_of_the_card_are_counted_right(model, shared):
    classifier = Classifier(model)
    with (ROOT / "recipes/cifar10/photos.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    answers = [classifier.classify(load_image(shared / "photos" / row["file"]).pixels, 1) for row in listed]
    named = [answer.predictions[0].label for answer in answers]
    missed = [f"{row['what']}, called {name}" for row, name in zip(listed, named, strict=True) if name != row["class"]]
    told = ENTRY.card.details["photographs"]
    assert told.startswith(f"{len(listed) - len(missed)} of {len(listed)} right ")
    assert told.endswith(f"Missed: {'; '.join(missed) or 'none'}")
