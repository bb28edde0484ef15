"""The wheel over a column of controls: it scrolls, and changes only what was chosen first."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from gui.widgets.scrolled import Scrolled


def turn_wheel(widget: QWidget) -> None:
    """One notch towards the person, in the middle of a widget."""
    at = QPointF(widget.rect().center())
    notch = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, notch)


@pytest.fixture
def column(qtbot):
    page = QWidget()
    rows = QVBoxLayout(page)
    box, number, slider = QComboBox(), QSpinBox(), QSlider(Qt.Orientation.Horizontal)
    box.addItems(["a", "b", "c"])
    number.setRange(-9, 9)
    slider.setRange(-9, 9)
    for control in (box, number, slider):
        rows.addWidget(control)
    filler = QLabel("much more")
    filler.setMinimumHeight(2000)
    rows.addWidget(filler)
    area = Scrolled(page, "Settings")
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    area.activateWindow()
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    QApplication.focusWidget().clearFocus()  # a window gives it to the first that can have it
    area.controls = {box: box.currentIndex, number: number.value, slider: slider.value}
    return area


@pytest.mark.parametrize("number", range(3))
def test_the_wheel_passes_over_a_control_and_scrolls(column, number):
    control, value = list(column.controls.items())[number]
    before = value()
    turn_wheel(control)
    assert value() == before
    assert column.verticalScrollBar().value() > 0


@pytest.mark.parametrize("number", range(3))
def test_the_wheel_turns_a_control_that_was_chosen(qtbot, column, number):
    control, value = list(column.controls.items())[number]
    before = value()
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    turn_wheel(control)
    assert value() != before
    assert column.verticalScrollBar().value() == 0


def test_tab_stops_at_controls_and_at_text_that_is_read(qtbot):
    settings, text = Scrolled(QWidget(), "Settings"), Scrolled(QLabel("words"), "Findings", reading=True)
    for area in (settings, text):
        qtbot.addWidget(area)
    assert settings.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert text.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert (settings.accessibleName(), text.accessibleName()) == ("Settings", "Findings")
