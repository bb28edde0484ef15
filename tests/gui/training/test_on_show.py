"""Which run is on show, and so what the buttons act on, around the beginning and the end of a training."""

from __future__ import annotations

import numpy as np
import pytest

from engine.images import from_array
from engine.training.config import with_values
from engine.training.run import Run
from tests.gui.training.test_training_tab import tab  # noqa: F401 - a fixture


@pytest.fixture
def trained(tab, qtbot) -> Run:  # noqa: F811
    """A finished run, on show, that was asked about an image."""
    tab.train()
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=60_000)
    tab.open_image(_grey())
    qtbot.waitUntil(lambda: len(tab.panel.bars.predictions()) == 4, timeout=30_000)
    return tab.run


def _grey():
    return from_array(np.full((20, 20, 3), 128, np.uint8))


def test_nothing_of_the_run_before_stays_under_a_new_one_in_its_first_epoch(tab, qtbot, window, trained):  # noqa: F811
    assert tab.confusion.matrix._counts.sum() == 16
    slow = with_values(tab.controls.config(), ["batch_size=1", "limit=2000", "epochs=5"])
    tab.controls.show_config(slow)
    tab.train()
    qtbot.waitUntil(lambda: len(tab.trainer.live.batches()) > 0, timeout=60_000)
    assert tab.run is None
    assert tab.confusion.matrix._counts.sum() == tab.confusion.scores.rowCount() == 0
    assert tab.mistakes.gallery.count() == tab.inside.filters.count() == tab.inside.layer.count() == 0
    assert not tab.panel.bars.predictions()
    tab.open_image(_grey())
    assert "no trained network" in window.banner.text()

    tab.trainer.stop()
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=10_000)
    assert not tab.trainer.live.epochs, "it was stopped too late to show anything"
    assert tab.panel.phase.text() == "Stopped"
    assert tab.run is None
    assert not tab.controls.extend.isEnabled()
    assert not tab.panel._export.isEnabled()

    tab.show_run(trained)
    qtbot.waitUntil(lambda: tab.run is not None, timeout=10_000)
    assert tab.run.path == trained.path
    assert tab.controls.extend.isEnabled()
    assert tab.panel._export.isEnabled()
    assert tab.confusion.matrix._counts.sum() == 16


def test_a_run_asked_for_before_a_training_began_does_not_replace_it(tab, qtbot, trained):  # noqa: F811
    tab.show_run(trained)
    tab.controls.epochs.setValue(5000)
    tab.train()
    qtbot.waitUntil(lambda: len(tab.trainer.live.epochs) >= 1 and tab.run is not None, timeout=60_000)
    assert tab.run.path == tab.trainer.run.path != trained.path
    assert not tab.controls.train.isEnabled()
    assert tab.controls.stop.isEnabled()
    tab.trainer.stop()
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=10_000)


def test_a_run_that_goes_on_stays_on_show(tab, qtbot, trained):  # noqa: F811
    tab.controls.extend.click()
    assert tab.run is trained
    assert tab.panel._export.isEnabled()
    assert tab.confusion.matrix._counts.sum() == 16
    assert len(tab.panel.bars.predictions()) == 4
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=60_000)
    assert len(tab.run.history) == 8
