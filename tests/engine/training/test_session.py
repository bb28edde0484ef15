"""Real trainings: the curve is Keras', and no interruption changes it."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from engine import training
from engine.errors import InvalidSetting
from engine.jobs import Job
from engine.models.loading import load
from engine.models.preprocessing import SCALES
from engine.training import checkpoint, records
from engine.training.config import TrainingConfig, with_values
from engine.training.live import Live
from engine.training.runs import create_run, extend, read_run
from engine.training.setup import Setup, parts

ROOT = Path(__file__).resolve().parents[3]


class StopsAt(Job):
    """Cancels itself in the middle of an epoch."""

    def __init__(self, epochs: float) -> None:
        super().__init__()
        self._epochs = epochs

    def report(self, done: float, total: float = 0, note: str = "") -> None:
        if note.startswith("Epoch") and done > self._epochs:
            self.cancel()


@pytest.fixture(autouse=True)
def report_every_batch(monkeypatch):
    monkeypatch.setattr("engine.training.watch._REFRESH", 0.0)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    from tests.engine.training.conftest import TINY

    config = with_values(TrainingConfig(), TINY)
    return training.train(create_run(config, tmp_path_factory.mktemp("whole") / "run"))


def curve(run) -> np.ndarray:
    return np.array([(row.loss, row.accuracy, row.val_loss, row.val_accuracy) for row in run.history])


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


def test_a_run_stopped_in_mid_epoch_goes_on_to_the_same_curve(quick, tmp_path):
    whole = training.train(create_run(quick, tmp_path / "whole"))
    stopped = training.train(create_run(quick, tmp_path / "run"), job=StopsAt(1.5))
    assert stopped.status == "stopped"
    assert len(read_run(stopped.run.path).history) == 1
    last = load(stopped.run.file("last.keras")).network  # of the first epoch, not of half the second
    best = load(stopped.run.file("best.keras")).network
    for ours, theirs in zip(last.get_weights(), best.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    resumed = training.resume(stopped.run.path)
    assert resumed.status == "finished"
    np.testing.assert_allclose(curve(resumed.run), curve(whole.run), rtol=1e-4)
    np.testing.assert_allclose(records.read_batches(resumed.run), records.read_batches(whole.run), rtol=1e-3, atol=1e-4)
    with pytest.raises(InvalidSetting, match="all its epochs"):
        training.resume(stopped.run.path)


@pytest.mark.slow
def test_a_run_killed_in_mid_epoch_goes_on_to_the_same_curve(tiny, tmp_path, uninterrupted):
    """The process dies by signal 9 during the third epoch; weights, optimiser, schedule and random state come back."""
    run = create_run(tiny, tmp_path / "run")
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom engine import training\nfrom engine.jobs import Job\n"
        "from engine.training import runs, watch\nwatch._REFRESH = 0\n"
        "late = lambda p: p.note.startswith('Epoch') and p.done > 2.4\n"
        "die = lambda p: late(p) and os.kill(os.getpid(), signal.SIGKILL)\n"
        "training.train(runs.read_run(Path(sys.argv[1])), job=Job(die))\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(run.path)], cwd=ROOT, capture_output=True, timeout=120)
    assert died.returncode == -signal.SIGKILL
    left = read_run(run.path)
    assert left.state.status == "running"
    assert len(left.history) == 2
    assert left.resumable
    resumed = training.resume(run.path)
    np.testing.assert_allclose(curve(resumed.run), curve(uninterrupted.run), rtol=1e-4)


def test_patience_and_plateau_survive_an_interruption(quick, tmp_path):
    learning = replace(
        quick.learning, learning_rate=1e-7, epochs=9, early_stopping=4, schedule="plateau", plateau_patience=2
    )
    config = replace(quick, learning=learning)
    whole = training.train(create_run(config, tmp_path / "a"))
    assert whole.message.startswith("Stopped early")
    stopped = training.train(create_run(config, tmp_path / "b"), job=StopsAt(2.3))
    assert stopped.status == "stopped"
    resumed = training.resume(stopped.run.path)
    assert len(resumed.run.history) == len(whole.run.history) < 9
    assert [row.rate for row in resumed.run.history] == [row.rate for row in whole.run.history]
    assert whole.run.history[-1].rate < 1e-7


def test_extending_a_finished_run_keeps_its_optimiser(quick, tmp_path):
    config = replace(quick, learning=replace(quick.learning, schedule="constant", epochs=1))
    long = training.train(create_run(replace(quick, learning=replace(config.learning, epochs=2)), tmp_path / "long"))
    short = training.train(create_run(config, tmp_path / "short"))
    longer = training.train(extend(short.run, 1))
    assert longer.status == "finished"
    np.testing.assert_allclose(curve(longer.run), curve(long.run), rtol=1e-4)


def test_pausing_holds_and_stopping_is_prompt(quick, tmp_path):
    config = replace(quick, learning=replace(quick.learning, epochs=10_000))
    live, job, outcomes = Live(), Job(), []
    run = create_run(config, tmp_path / "run")
    worker = threading.Thread(target=lambda: outcomes.append(training.train(run, live, job)), daemon=True)
    worker.start()
    wait_for(lambda: len(live.epochs) >= 2)
    job.pause()
    wait_for(lambda: live.status.phase == "Paused")
    rows = len(live.batches())
    time.sleep(0.2)
    assert len(live.batches()) == rows
    job.resume()
    wait_for(lambda: len(live.batches()) > rows)
    began = time.monotonic()
    job.cancel()
    worker.join(5)
    assert time.monotonic() - began < 2
    assert outcomes[0].status == "stopped"
    assert read_run(run.path).resumable


def wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


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


def test_a_loss_that_is_no_number_stops_and_keeps_the_best(quick, tmp_path):
    run = create_run(quick, tmp_path / "run")
    training.train(run, job=StopsAt(1.5))
    backup = run.file("backup.npz")
    with np.load(backup) as found:
        arrays = dict(found)
    arrays = {
        name: np.full_like(value, np.nan) if name.startswith("w") and value.dtype == np.float32 else value
        for name, value in arrays.items()
    }
    np.savez(backup, **arrays)
    live = Live()
    outcome = training.resume(run.path, live)
    assert outcome.status == "failed"
    assert "nan" in outcome.message
    assert "Lower the learning rate" in outcome.message
    assert outcome.message in live.status.messages
    assert np.isfinite(load(run.file("best.keras")).network.get_weights()[0]).all()


def test_a_full_disk_is_said_and_training_goes_on(quick, tmp_path, monkeypatch):
    save, calls = checkpoint.save_checkpoint, []

    def full_once(path, trainer, progress):
        calls.append(progress.epoch)
        if progress.epoch == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(path, trainer, progress)

    monkeypatch.setattr(checkpoint, "save_checkpoint", full_once)
    live = Live()
    outcome = training.train(create_run(quick, tmp_path / "run"), live)
    assert calls == [1, 2, 3]
    assert outcome.status == "finished"
    assert any("No space left" in message for message in live.status.messages)
    assert checkpoint.read_progress(outcome.run.file("backup.npz")).epoch == 3


def test_out_of_memory_suggests_a_batch_size(quick, tmp_path, monkeypatch):
    import tensorflow as tf

    def exhausted(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(keras.Model, "fit", exhausted)
    outcome = training.train(create_run(quick, tmp_path / "run"))
    assert outcome.status == "failed"
    assert "batch size of 8" in outcome.message


def test_data_that_changed_are_not_mixed_into_a_run(tmp_path, quick):
    from tests.engine.data.conftest import paint

    for name, colour in (("a", (250, 0, 0)), ("b", (0, 0, 250))):
        for index in range(6):
            paint(tmp_path / "data" / name / f"{index}.png", colour)
    config = replace(quick, data=replace(quick.data, data=str(tmp_path / "data")))
    run = create_run(config, tmp_path / "run")
    assert training.train(run, job=StopsAt(1.5)).status == "stopped"
    (tmp_path / "data" / "a" / "0.png").unlink()
    with pytest.raises(InvalidSetting, match="have changed"):
        training.resume(run.path)
    assert read_run(run.path).resumable


def test_a_folder_unplugged_under_way_ends_with_words(tmp_path, quick, monkeypatch):
    from engine.data import preparation
    from engine.data.pixels import prepared_pixels
    from tests.engine.data.conftest import paint

    for name in ("a", "b"):
        for index in range(12):
            paint(tmp_path / "data" / name / f"{index}.png", (250, 0, 0))
    monkeypatch.setattr(
        preparation,
        "prepared_pixels",
        lambda images, chosen, how, job, _: prepared_pixels(images, chosen, how, job, False),
    )
    config = replace(quick, data=replace(quick.data, data=str(tmp_path / "data")))

    def unplug(progress):
        (tmp_path / "data").rename(tmp_path / "away")

    outcome = training.train(create_run(config, tmp_path / "run"), job=Job(OnceOnly(unplug)))
    assert outcome.status == "failed"
    assert "not there any more" in outcome.message
    (tmp_path / "away").rename(tmp_path / "data")
    assert training.resume(outcome.run.path).status == "finished"


class OnceOnly:
    """Calls until it has had its effect."""

    def __init__(self, act) -> None:
        self._act, self._done = act, False

    def __call__(self, progress) -> None:
        if not self._done and progress.note.startswith("Epoch") and progress.done > 1.2:
            self._done = True
            self._act(progress)


def test_settings_that_cannot_start_leave_no_folder(quick, tmp_path):
    config = replace(quick, data=replace(quick.data, data="nowhere"))
    run = create_run(config, tmp_path / "run")
    with pytest.raises(InvalidSetting, match="no data"):
        training.train(run)
    assert not run.path.exists()


def test_two_trainings_of_one_run_take_no_turns(quick, tmp_path):
    run = create_run(replace(quick, learning=replace(quick.learning, epochs=10_000)), tmp_path / "run")
    live, job = Live(), Job()
    worker = threading.Thread(target=lambda: training.train(run, live, job), daemon=True)
    worker.start()
    wait_for(lambda: bool(live.epochs))
    with pytest.raises(InvalidSetting, match="being trained right now"):
        training.resume(run.path)
    job.cancel()
    worker.join(10)


@pytest.mark.slow
def test_transfer_tunes_in_a_second_part_and_resumes_there(tmp_path):
    config = with_values(
        TrainingConfig(),
        ["data=digits", "network=digits", "limit=60", "epochs=2", "fine_tune_layers=2", "fine_tune_epochs=2"],
    )
    whole = training.train(create_run(config, tmp_path / "whole"))
    stopped = training.train(create_run(config, tmp_path / "parts"), job=StopsAt(3.5))
    assert len(stopped.run.history) == 3
    resumed = training.resume(stopped.run.path)
    np.testing.assert_allclose(curve(resumed.run), curve(whole.run), rtol=1e-4)
    assert whole.run.history[2].rate < whole.run.history[0].rate / 5
    model = load(resumed.run.file("last.keras"))
    assert model.card.preprocessing.fit == "digit"


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


def test_weights_saved_are_whole_when_the_process_dies(tmp_path):
    """A name that exists is a file that is whole: nothing of a half-written checkpoint has it."""
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.compile("adam", "mse")
    network.optimizer.build(network.trainable_variables)
    path = tmp_path / "backup.npz"
    checkpoint.save_checkpoint(path, network, checkpoint.Progress(1))
    code = os.stat(path).st_size
    with pytest.raises(TypeError):
        checkpoint.save_checkpoint(path, network, object())  # fails on the way
    assert os.stat(path).st_size == code
    assert checkpoint.read_progress(path).epoch == 1
    assert [item.name for item in tmp_path.iterdir()] == ["backup.npz"]


def test_the_card_names_its_run(uninterrupted):
    card = load(uninterrupted.run.file("best.keras")).card
    assert card.id == uninterrupted.run.path.name
    assert f"after epoch {uninterrupted.run.state.best_epoch}" in card.accuracy
