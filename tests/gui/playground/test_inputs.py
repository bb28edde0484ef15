"""What goes in: lists, files, drawings, large images, and inputs that do not fit."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF

from engine.images import from_array
from engine.playground.inputs import SOURCES


def test_a_photo_is_grey_or_coloured(tab, settle):
    tab.inputs.source_chosen.emit("chelsea")
    settle()
    assert tab.session.input.values.shape == (300, 451, 1)
    tab.inputs.grey.setChecked(False)
    settle()
    assert tab.session.input.values.shape == (300, 451, 3)
    view = tab.stack_page.explorer.before
    assert view.channel_box.count() == 4
    assert view.channel_box.currentText() == "colour"
    view.channel_box.setCurrentIndex(2)
    assert view.legend._scale is not None


def test_a_real_network_gets_the_colours_and_offers_no_grey(tab, settle, monkeypatch):
    given = []
    monkeypatch.setattr(tab.network_page, "show_input", given.append)
    tab.inputs.source_chosen.emit("chelsea")
    settle()
    assert tab.inputs.grey.isChecked()
    tab.show_page(1)
    assert not tab.inputs.grey.isVisibleTo(tab)
    np.testing.assert_array_equal(given[-1], SOURCES["chelsea"].make())
    tab.show_page(0)
    assert tab.inputs.grey.isVisibleTo(tab)


def test_a_real_network_gets_the_newest_image(tab, settle, monkeypatch):
    given = []
    monkeypatch.setattr(tab.network_page, "show_input", given.append)
    tab.show_page(1)
    for level in (10, 200):
        tab.open_image(from_array(np.full((20, 30, 3), level, np.uint8)))
        assert given[-1].max() == level


def test_a_frame_for_the_network_keeps_its_name_and_the_stack_its_input(tab, settle):
    tab.show_page(1)
    before = tab.session.input
    tab._frame(np.full((20, 30, 3), 90, np.uint8))
    assert tab.session.input is before
    assert tab.desk.image().max() == 90
    tab.show_page(0)
    tab.inputs.grey.setChecked(not tab.inputs.grey.isChecked())
    settle()
    assert tab.session.input.name == "Webcam"


def test_a_large_image_is_worked_on_smaller_and_says_so(qtbot, tab, settle, tmp_path):
    Image.new("RGB", (5000, 4000), "red").save(tmp_path / "large.png")
    tab.open_paths([tmp_path / "large.png"])
    qtbot.waitUntil(lambda: tab.session.input.name == "large.png", timeout=20_000)
    settle()
    assert tab.session.input.values.shape == (410, 512, 1)
    assert "5000 × 4000" in tab.inputs.note.text()
    assert tab.session.stages[0].result.shape == (408, 510, 1)


def test_an_image_the_stack_does_not_fit_is_refused(tab, settle):
    before = tab.session.input
    tab.open_image(from_array(np.zeros((1, 1, 3), np.uint8)))
    assert "3 cells long but its input has only 1" in tab.stack_page.panel.message.text()
    assert tab.session.input is before
    assert tab.inputs.box.currentText() == "Square 5 × 5"
    tab.stack_page.panel.form.changed.emit("padding", "same")
    tab.open_image(from_array(np.full((1, 1, 3), 255, np.uint8)))
    settle()
    assert tab.session.stages[0].result.shape == (1, 1, 1)


def test_a_drawing_becomes_the_input_while_it_is_drawn(tab, settle):
    tab.inputs.draw_wanted.emit()
    pad = tab.desk.pad
    pad.paper.stroke(QPointF(40, 192), QPointF(340, 192))
    settle()
    values = tab.session.input.values
    assert values.shape == (28, 28, 1)
    assert values[14, 14, 0] == pytest.approx(1, abs=0.02)
    assert values[2, 2, 0] == 0
    pad.size_box.setCurrentIndex(0)
    pad.size_box.activated.emit(0)
    settle()
    assert tab.session.input.small
    pad.paper.stroke(QPointF(0, 192), QPointF(384, 192), erase=True)
    settle()
    assert tab.session.input.values.max() < 0.2
    pad.close()


def test_choosing_again_from_the_list_replaces_an_own_image(tab, settle):
    tab.open_image(from_array(np.zeros((20, 30, 3), np.uint8)))
    settle()
    assert tab.inputs.box.itemText(0) == "Pasted image"
    tab.inputs.box.setCurrentIndex(tab.inputs.box.findData("ramp"))
    tab.inputs.box.activated.emit(tab.inputs.box.currentIndex())
    settle()
    assert tab.session.input.values.shape == (4, 4, 1)
    assert tab.inputs.box.findText("Pasted image") == -1
    assert tab.inputs.box.currentText() == "Ramp 4 × 4"
