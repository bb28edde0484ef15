"""The detection tab as it opens: its first screen, its controls."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.gui.detection.helpers import found_in

pytestmark = pytest.mark.slow


def test_the_first_screen_is_alive_finds_faces_and_offers_the_next_step(tab, qtbot):
    first = tab.stage.view.index
    qtbot.waitUntil(lambda: tab.stage.view.index > first + 3)
    qtbot.waitUntil(lambda: len(tab.stage.view.found) >= 2, timeout=20_000)
    assert found_in(tab) == {"face"}
    assert not tab.stage.picture.notice.isVisible()
    assert tab.controls.model.box.currentText() == "YOLO-face"
    assert tab.controls.model.fetch.text() == "Get YOLOX-Nano: 80 classes (3.7 MB)"
    assert not tab.controls.model.card.isHidden()
    qtbot.waitUntil(lambda: "960 × 720" in tab.controls.source.facts.text())


def test_every_control_says_what_it_does(tab):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit

    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider)
    for widget in (widget for kind in kinds for widget in tab.findChildren(kind)):
        if widget.objectName().startswith("qt_") or type(widget).__name__ == "QScrollBar":
            continue
        if isinstance(widget.parent(), QComboBox | QLineEdit) or "pyqtgraph" in type(widget).__module__:
            continue
        assert widget.toolTip(), f"{widget} {widget.accessibleName()} has no tooltip"
        assert widget.accessibleName() or getattr(widget, "text", str)(), f"{widget} has no name"


def test_hotkeys(detecting, qtbot):
    picture = detecting.stage.picture
    picture.setFocus()
    for key, box in ((Qt.Key.Key_M, detecting.controls.mirror), (Qt.Key.Key_T, detecting.controls.track)):
        qtbot.keyClick(picture, key)
        assert box.isChecked()
    qtbot.keyClick(picture, Qt.Key.Key_BracketRight)
    assert detecting.controls.confidence.value() == 0.30
    qtbot.keyClick(picture, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: detecting.stage.view.options.look.box == "corners")
    qtbot.keyClick(picture, Qt.Key.Key_Space)
    assert detecting.stage.transport.hold.isChecked()


def test_the_space_bar_acts_on_the_control_in_use(detecting, window, qtbot):
    """On an offscreen platform a window is active only where it is told to be, and has a focus only then."""
    window.activateWindow()
    controls = detecting.controls
    controls.advanced.toggle.setChecked(True)
    held = detecting.stage.transport.hold
    for widget, changed in (
        (controls.track, controls.track.isChecked),
        (controls.classes.list, lambda: controls.classes.list.item(0).checkState() == Qt.CheckState.Checked),
    ):
        widget.setFocus()
        if widget is controls.classes.list:
            widget.setCurrentRow(0)
        qtbot.waitUntil(widget.hasFocus)
        qtbot.keyClick(widget, Qt.Key.Key_Space)
        assert changed()
        assert not held.isChecked()


def test_settings_act_at_once(detecting, qtbot):
    controls = detecting.controls
    controls.confidence.slider.setValue(12)
    qtbot.waitUntil(lambda: len(detecting.stage.view.found) == 2)
    controls.classes.tick([2])
    qtbot.waitUntil(lambda: detecting.stage.view.found.class_id.tolist() == [2])
    controls.mirror.setChecked(True)
    qtbot.waitUntil(lambda: detecting.stage.view.options.mirror)
    controls.private.tick([2])
    qtbot.waitUntil(lambda: detecting.stage.view.options.private == {2})


def test_the_class_list_can_be_searched(detecting):
    filter_ = detecting.controls.classes
    filter_.search.setText("B")
    assert [filter_.list.item(i).isHidden() for i in range(3)] == [True, False, True]
    assert filter_.classes() is None, "none ticked means all"
