"""Real trainings: the curve is Keras', and a run leaves everything that is promised."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from engine.models.loading import load
from engine.models.preprocessing import SCALES
from engine.training import records
from engine.training.runs import read_run
from engine.training.setup import Setup, parts
from tests.engine.training.helpers import curve

pytestmark = pytest.mark.usefixtures("report_every_batch")


def test_a_run_leaves_everything_that_is_promised(uninterrupted):
    run = uninterrupted.run
    assert uninterrupted.status == "finished"
    names = {path.name for path in run.path.iterdir()}
    assert names >= {"config.json", "state.json", "history.csv", "best.keras", "best.card.json", "last.keras",
                     "last.card.json", "backup.npz", "batches.npy", "truth.npy", "epochs", "logs"}  # fmt: skip
    with (run.path / "history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    assert list((run.path / "logs").glob("events.out.tfevents.*"))
    assert read_run(run.path) == run


def test_the_validation_loss_is_that_of_keras(quick):
    config = replace(quick, network=replace(quick.network, l2=1e-3))
    for smoothing in (0.0, 0.1):
        config = replace(config, learning=replace(config.learning, label_smoothing=smoothing))
        setup = Setup(config)
        setup.begin(parts(config)[0])
        part = setup.dataset.split.validation
        labels = setup.dataset.labels[part]
        truth = np.eye(4)[labels] if smoothing else labels
        expected = setup.trainer.evaluate(setup.dataset.pixels[part], truth, verbose=0, return_dict=True)
        answers = setup.judge()
        assert answers.loss == pytest.approx(expected["loss"], rel=1e-5)
        assert answers.accuracy == pytest.approx(expected["accuracy"])


def test_rows_a_batch_average_to_the_epochs(uninterrupted):
    run = uninterrupted.run
    rows = records.read_batches(run)
    assert len(rows) == 9
    for epoch, row in enumerate(run.history):
        assert rows[3 * epoch : 3 * epoch + 3, 1].mean() == pytest.approx(row.loss, rel=1e-4)  # 3 batches of 16
    assert rows[:, 0].tolist() == list(range(1, 10))


def test_a_trained_run_is_a_model_like_any_other(uninterrupted, tiny):
    for name in ("best", "last"):
        model = load(uninterrupted.run.file(f"{name}.keras"))
        assert model.card.labels == ("circle", "square", "triangle", "star")
        assert model.card.preprocessing.channels == 1
        kinds = {type(layer).__name__ for layer in model.network.layers}
        assert not {"RandomRotation", "Scaling", "Rescaling"} & kinds
    setup = Setup(tiny)
    part = setup.dataset.split.validation
    images = np.stack([SCALES["unit"](seen) for seen in setup.dataset.pixels[part]])
    answers = keras.ops.convert_to_numpy(load(uninterrupted.run.file("best.keras")).network(images))
    accuracy = (answers.argmax(axis=1) == setup.dataset.labels[part]).mean()
    assert accuracy == pytest.approx(uninterrupted.run.best.val_accuracy)


def test_details_of_an_epoch_can_be_read_again(uninterrupted):
    detail, truth = records.read_detail(uninterrupted.run, 2), records.read_truth(uninterrupted.run)
    assert (detail.predicted == truth).mean() == pytest.approx(uninterrupted.run.history[1].val_accuracy)
    assert detail.filters.shape == (3, 3, 1, 8)
    assert detail.histograms["conv1 weights"][0].sum() == 3 * 3 * 8 + 8
    assert "classes gradients" in detail.histograms
    assert records.read_detail(uninterrupted.run, 99) is None


def test_class_weights_make_classes_count_the_same():
    from engine.training.trainer import class_weights

    weights = class_weights(np.array([90, 10, 0]))
    assert weights[0] * 90 == pytest.approx(weights[1] * 10)
    assert (weights[0] * 90 + weights[1] * 10) / 100 == pytest.approx(1)
    assert weights[2] == 0


def test_state_is_plain_json(uninterrupted):
    state = json.loads((uninterrupted.run.path / "state.json").read_text())
    assert state["status"] == "finished"
    assert state["best_epoch"] == 1 + int(np.argmin(curve(uninterrupted.run)[:, 2]))


def test_the_card_names_its_run(uninterrupted):
    card = load(uninterrupted.run.file("best.keras")).card
    assert card.id == uninterrupted.run.path.name
    assert f"after epoch {uninterrupted.run.state.best_epoch}" in card.accuracy
