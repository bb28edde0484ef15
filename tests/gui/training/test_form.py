"""Controls made from settings."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from PySide6.QtWidgets import QDoubleSpinBox

from engine.options import check
from engine.training.config import TrainingConfig
from gui.training.form import SettingsForm

SECTIONS = tuple(field.name for field in fields(TrainingConfig))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_least_and_the_most_that_can_be_set_are_not_refused(qtbot, section):
    form = SettingsForm(getattr(TrainingConfig(), section), without=("network", "data"))
    qtbot.addWidget(form)
    for spin in form.findChildren(QDoubleSpinBox):
        for end in (spin.minimum(), spin.maximum()):
            spin.setValue(end)
            check(form.settings())


def test_a_shown_value_is_not_rounded_and_the_usual_ones_stay_short(qtbot):
    usual = TrainingConfig()
    form = SettingsForm(usual.transfer)
    qtbot.addWidget(form)
    spin = form.control("fine_tune_rate")
    for rate, text in ((0.005, "0.0050"), (0.000125, "0.000125"), (0.1, "0.1000")):
        form.show_settings(replace(usual.transfer, fine_tune_rate=rate))
        assert form.settings().fine_tune_rate == rate
        assert spin.text() == spin.locale().toString(rate, "f", len(text) - 2)
    form = SettingsForm(usual.network, without=("network",))
    qtbot.addWidget(form)
    form.show_settings(replace(usual.network, dropout=0.125))
    assert form.settings().dropout == 0.125


def test_a_small_rate_can_be_entered(qtbot):
    form = SettingsForm(TrainingConfig().transfer)
    qtbot.addWidget(form)
    spin = form.control("fine_tune_rate")
    spin.selectAll()
    qtbot.keyClicks(spin, spin.locale().toString(0.001, "f", 3))
    spin.interpretText()
    assert form.settings().fine_tune_rate == 0.001
