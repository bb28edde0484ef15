"""Labels of a form stand level with the controls that they name, whatever the control's height."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QSpinBox, QWidget

from gui.widgets.form import Form


def _middle(widget: QWidget) -> float:
    return widget.y() + widget.height() / 2


@pytest.fixture
def shown(qtbot, theme):
    """Build a form of one row and show it; its label and control."""

    kept = []

    def show(control: QWidget | QHBoxLayout):
        body = QWidget()
        kept.append(body)
        qtbot.addWidget(body)
        form = Form()
        form.addRow("Name", control)
        body.setLayout(form)  # as late as some pages do
        body.resize(240, body.sizeHint().height())
        with qtbot.waitExposed(body):
            body.show()
        return form.labelForField(control)

    return show


@pytest.mark.parametrize("kind", [QComboBox, QSpinBox, QCheckBox, QPushButton])
def test_the_label_is_level_with_the_control(shown, kind):
    control = kind()
    label = shown(control)
    assert _middle(label) == pytest.approx(_middle(control), abs=0.5)


def test_the_label_is_level_with_two_controls_beside_each_other(shown):
    row, boxes = QHBoxLayout(), (QSpinBox(), QSpinBox())
    for box in boxes:
        row.addWidget(box)
    label = shown(row)
    assert _middle(label) == pytest.approx(_middle(boxes[0]), abs=0.5)


def test_what_has_no_label_spans_both_columns(qtbot):
    body, wide = QWidget(), QPushButton("wide")
    qtbot.addWidget(body)
    form = Form(body)
    form.addRow(wide)
    assert form.labelForField(wide) is None
