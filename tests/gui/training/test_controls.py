"""The left column."""

from __future__ import annotations

from gui.training.controls import Controls


def test_data_are_chosen_while_settings_contradict_each_other(qtbot):
    controls = Controls()
    qtbot.addWidget(controls)
    controls.epochs.setValue(3)
    controls.sections["learning"].control("warm_up").setValue(5)
    with qtbot.waitSignal(controls.data_changed):
        controls.choose_data("digits")
    chosen = controls.settings()
    assert (chosen.data.data, chosen.learning.epochs, chosen.learning.warm_up) == ("digits", 3, 5)


def test_a_folder_and_a_network_are_described_in_two_sentences(qtbot, tmp_path):
    controls = Controls()
    qtbot.addWidget(controls)
    controls.choose_data(str(tmp_path))
    data, network = controls.about.text().split(f"“{tmp_path}”. ")
    assert data == "Your own data in "
    assert network.endswith(".")
