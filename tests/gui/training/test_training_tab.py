"""The Training tab with a real window, real data and real training."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QMessageBox, QScrollArea, QSlider, QSpinBox, QWidget

from engine.images import from_array
from engine.models.trained import trained_models
from engine.training.config import TrainingConfig, differences, with_values
from engine.training.runs import create_run, list_runs, read_run
from gui.training.chart import Chart
from gui.training.confusion_matrix import ConfusionMatrix
from gui.training.curves_view import CurvesView
from gui.training.form import SettingsForm
from gui.training.tab import TrainingTab
from gui.widgets.model_chooser import ModelChooser
from tests.engine.data.conftest import paint
from tests.engine.training.conftest import QUICK
from tests.engine.training.test_diagnosis import curve


@pytest.fixture
def tab(window, qtbot) -> TrainingTab:
    index = next(i for i in range(window.tabs.count()) if window.tabs.tabText(i) == "Training")
    window.tabs.setCurrentIndex(index)
    tab = window.tab()
    assert isinstance(tab, TrainingTab)
    tab.controls.show_config(with_values(TrainingConfig(), QUICK))
    tab.started()
    qtbot.waitUntil(lambda: tab.data_view.grid.count() > 0 and tab.network_view.table.rowCount() > 0, timeout=60_000)
    return tab


def test_from_data_to_a_model_used_elsewhere(tab, qtbot):
    assert "Shapes: 4 classes" in tab.data_view.summary.text()
    assert tab.data_view.counts.rowCount() == 4
    assert "layers.Dense" in tab.network_view.code.toPlainText()

    qtbot.mouseClick(tab.controls.train, Qt.MouseButton.LeftButton)
    assert not tab.controls.train.isEnabled()
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=60_000)
    run = tab.run
    assert len(run.history) == 3
    assert tab.panel.phase.text() == "Finished"
    assert tab.panel.facts["Epoch"].text() == "3 of 3"
    assert tab.panel.words()

    counts = tab.confusion.matrix._counts
    assert counts.sum() == 16
    assert np.trace(counts) / 16 == pytest.approx(run.history[-1].val_accuracy)
    wrong = int(counts.sum() - np.trace(counts))
    assert tab.mistakes.gallery.count() == wrong
    assert tab.mistakes.summary.text().startswith(f"{wrong} of 16")
    tab.confusion.slider.setValue(1)
    qtbot.waitUntil(lambda: tab.results.detail.epoch == 1, timeout=10_000)
    shown = tab.confusion.matrix._counts
    assert np.trace(shown) / 16 == pytest.approx(run.history[0].val_accuracy)
    assert tab.inside.slider.value() == 1

    tab.open_image(from_array(np.full((20, 20, 3), 128, np.uint8)))
    qtbot.waitUntil(lambda: len(tab.panel.bars.predictions()) == 4, timeout=30_000)
    chooser = ModelChooser()
    qtbot.addWidget(chooser)
    path = next(iter(trained_models()))
    assert chooser.box.findData(path) >= 0

    qtbot.waitUntil(lambda: tab.runs_view.table.rowCount() == 1, timeout=10_000)
    qtbot.mouseClick(tab.controls.extend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=60_000)
    assert len(read_run(run.path).history) == 8


def test_pause_resume_stop_and_go_on_later(tab, qtbot):
    tab.controls.epochs.setValue(5000)
    tab.train()
    qtbot.waitUntil(lambda: len(tab.trainer.live.epochs) >= 1, timeout=60_000)
    qtbot.mouseClick(tab.controls.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.panel.phase.text() == "Paused", timeout=10_000)
    assert tab.controls.pause.text() == "Resume"
    qtbot.mouseClick(tab.controls.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.panel.phase.text() != "Paused", timeout=10_000)
    qtbot.mouseClick(tab.controls.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.trainer.busy, timeout=5_000)
    (run,) = list_runs()
    assert run.state.status == "stopped"
    assert run.resumable
    qtbot.waitUntil(lambda: tab.runs_view.table.rowCount() == 1, timeout=10_000)
    tab.runs_view.table.selectRow(0)
    assert tab.runs_view._resume.isEnabled()


def test_closing_asks_and_leaves_a_resumable_run(tab, qtbot, window, monkeypatch):
    tab.controls.epochs.setValue(5000)
    tab.train()
    qtbot.waitUntil(lambda: len(tab.trainer.live.epochs) >= 1, timeout=60_000)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    assert not window.close()
    assert tab.trainer.state == "running"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    began = time.monotonic()
    window.close()
    qtbot.waitUntil(window.close, timeout=5_000)
    assert time.monotonic() - began < 2
    assert list_runs()[0].resumable


def test_data_that_cannot_be_used_say_so(tab, qtbot, window, tmp_path):
    (tmp_path / "empty").mkdir()
    tab.open_paths([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "holds 0 subfolders" in tab.data_view.summary.text(), timeout=10_000)
    assert "one subfolder per class" in window.banner.text()


def test_data_are_opened_even_while_another_setting_is_refused(tab, qtbot, window, tmp_path):
    for name in ("cats", "dogs"):
        for index in range(8):
            paint(tmp_path / "pets" / name / f"{index}.png", (index, 0, 0))
    tab.controls.sections["learning"].control("warm_up").setValue(5)
    tab.open_paths([tmp_path / "pets"])
    qtbot.waitUntil(lambda: "pets: 2 classes" in tab.data_view.summary.text(), timeout=20_000)
    qtbot.waitUntil(lambda: "Dense(2" in tab.network_view.code.toPlainText(), timeout=20_000)
    assert tab.controls.data.currentData() == str(tmp_path / "pets")
    said = window.banner.text()
    assert "Warm-up takes 5 of 3 epochs." in said
    tab.train()
    assert not tab.trainer.busy
    assert window.banner.text() == said


def test_an_image_without_a_network_is_answered_in_words(tab, window):
    tab.open_image(from_array(np.zeros((9, 9, 3), np.uint8)))
    assert "no trained network" in window.banner.text()


def test_every_control_has_a_tooltip_and_a_name(tab):
    kinds = (QAbstractButton, QComboBox, QSpinBox, QSlider)
    nameless = [
        widget
        for widget in tab.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.objectName() not in ("ScrollLeftButton", "ScrollRightButton", "qt_toolbar_ext_button")
        and type(widget).__name__ not in ("QTableCornerButton",)
        and not (widget.toolTip() and (widget.accessibleName() or getattr(widget, "text", str)()))
    ]
    nameless = [w for w in nameless if w.metaObject().className() != "QTableCornerButton" and w.isVisibleTo(tab)]
    assert not nameless, [(w.metaObject().className(), w.parent()) for w in nameless]
    assert tab.pages.tabBar().accessibleName() == "Views"
    stops = [area for area in tab.findChildren(QScrollArea) if area.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert all(area.accessibleName() for area in stops)
    assert not tab.controls.findChildren(QScrollArea)[0].focusPolicy() & Qt.FocusPolicy.TabFocus


def test_forms_give_back_what_they_show(qtbot):
    config = with_values(TrainingConfig(), ["learning_rate=0.0003", "flip=both", "class_weights=yes", "decay=0.15"])
    for name in ("learning", "augmentation", "network", "data"):
        form = SettingsForm(getattr(TrainingConfig(), name), without=("network", "data"))
        qtbot.addWidget(form)
        form.show_settings(getattr(config, name))
        again = replace(TrainingConfig(), **{name: form.settings()})
        assert not differences(again, replace(TrainingConfig(), **{name: getattr(config, name)}))


def test_runs_are_compared_filtered_and_renamed(tab, qtbot):
    for values in (["dropout=0.1"], ["dropout=0.4", "epochs=7"]):
        create_run(with_values(TrainingConfig(), values), title=f"run {values[0]}")
    tab.refresh_runs()
    view = tab.runs_view
    qtbot.waitUntil(lambda: view.table.rowCount() == 2, timeout=10_000)
    view.table.selectAll()
    assert "dropout: " in view.compared.text()
    assert "epochs: " in view.compared.text()
    assert "momentum" not in view.compared.text()
    view.filter.setText("0.4")
    assert [view.table.isRowHidden(row) for row in range(2)].count(True) == 1
    view.filter.clear()
    view.table.item(0, 0).setText("renamed")
    qtbot.waitUntil(lambda: "renamed" in {run.title for run in list_runs()}, timeout=10_000)


def test_hovering_reads_values(qtbot, theme):
    chart = Chart(theme, "Loss", "", "loss")
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.set_curve("training", np.array([1.0, 2.0, 3.0]), np.array([0.9, 0.5, 0.25]), "#336699")
    chart.show()
    qtbot.waitExposed(chart)
    chart.autoRange()
    place = chart.getViewBox().mapViewToScene(QPointF(2.02, 0.5))
    chart._hovered(place)
    assert chart.reading() == "epoch 2\ntraining: 0.5"


def test_a_hundred_thousand_points_pan_at_thirty_frames(qtbot, theme):
    view = CurvesView(theme)
    qtbot.addWidget(view)
    view.resize(660, 600)
    rng = np.random.default_rng(0)
    rows = np.stack([np.arange(100_000), rng.random(100_000), rng.random(100_000), np.full(100_000, 0.1)], axis=1)
    view.show_run(rows.astype(np.float32), curve(loss=[1.0, 0.5]), 1000)
    view.show()
    qtbot.waitExposed(view)
    times = []
    for step in range(12):
        began = time.perf_counter()
        view.loss.getViewBox().setXRange(step, step + 40, padding=0)
        view.loss.grab()
        times.append(time.perf_counter() - began)
    assert np.median(times) < 1 / 30


def test_clicking_a_cell_picks_it(qtbot, theme):
    matrix = ConfusionMatrix(theme)
    qtbot.addWidget(matrix)
    matrix.resize(300, 300)
    matrix.show_counts(np.array([[5, 2], [1, 7]]), ("a", "b"))
    picked = []
    matrix.picked.connect(lambda *cell: picked.append(cell))
    size, margin = matrix._cell(), matrix._margin
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(int(margin + 1.5 * size), int(margin + 0.5 * size)))
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert picked == [(0, 1), (1, 1)]


def test_settings_of_no_use_are_hidden(qtbot):
    form = SettingsForm(TrainingConfig().learning)
    qtbot.addWidget(form)
    form.show()
    decay, schedule = form.control("weight_decay"), form.control("schedule")
    assert not decay.isVisible()
    form.control("optimiser").setCurrentText("adamw")
    assert decay.isVisible()
    schedule.setCurrentText("step")
    assert form.control("step_epochs").isVisible()
    assert not form.control("plateau_patience").isVisible()
