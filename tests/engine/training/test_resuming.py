"""No interruption changes the curve: stopped, killed, paused, extended."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import training
from engine.errors import InvalidSetting
from engine.jobs import Job
from engine.models.loading import load
from engine.training import records
from engine.training.config import TrainingConfig, with_values
from engine.training.live import Live
from engine.training.runs import create_run, extend, read_run
from tests.engine.training.helpers import StopsAt, curve, wait_for

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("report_every_batch")


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
