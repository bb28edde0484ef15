"""What goes wrong in a training is said, and the last good state stays."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import keras
import numpy as np
import pytest

from engine import training
from engine.errors import InvalidSetting
from engine.jobs import Job
from engine.models.loading import load
from engine.training import checkpoint
from engine.training.live import Live
from engine.training.runs import create_run, read_run
from tests.engine.data.conftest import paint
from tests.engine.training.helpers import OnceOnly, StopsAt

pytestmark = pytest.mark.usefixtures("report_every_batch")


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
    assert "is not there" in outcome.message
    (tmp_path / "away").rename(tmp_path / "data")
    assert training.resume(outcome.run.path).status == "finished"


def test_settings_that_cannot_start_leave_no_folder(quick, tmp_path):
    config = replace(quick, data=replace(quick.data, data="nowhere"))
    run = create_run(config, tmp_path / "run")
    with pytest.raises(InvalidSetting, match="no data"):
        training.train(run)
    assert not run.path.exists()


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
