"""The settings of a layer as a form, made from the layer's own table; greyed ones say why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.playground.layers import ActivationLayer, Layer, Setting, settings_of
from gui.widgets.folded import FoldedSection
from gui.widgets.form import Form

_SLIDER_REACH = 25  # a slider covers at most this far from zero; the box beside it takes all of the range
_SLIDER_STEPS = 200


class NumberBox(QDoubleSpinBox):
    """A number without trailing zeros."""

    def textFromValue(self, value: float) -> str:
        """0.5 rather than 0.5000."""
        return self.locale().toString(value, "g", 6)


class LayerForm(QWidget):
    """Emits a changed setting; shows whatever layer it is given."""

    changed = Signal(str, object)  # name of the field and its new value

    def __init__(self) -> None:
        super().__init__()
        self._kind = ""
        self._fields: dict[str, _Field] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._body: QWidget | None = None

    def show_layer(self, layer: Layer) -> None:
        """Fill the form; it is built anew only for another kind of layer."""
        if layer.kind != self._kind:
            self._build(layer)
        greyed = layer.greyed()
        for name, field in self._fields.items():
            field.show(getattr(layer, name), _described(layer, name), greyed.get(name, ""))

    def field(self, name: str) -> QWidget:
        """The widget of a setting."""
        return self._fields[name].main

    def _build(self, layer: Layer) -> None:
        self._kind = layer.kind
        self._fields = {}
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget()
        form, more = Form(self._body), QWidget()
        folded = Form(more)
        for layout in (form, folded):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(8)
        for name, about in settings_of(type(layer)).items():
            field = _Field(about, getattr(layer, name), partial(self.changed.emit, name))
            (folded if about.advanced else form).addRow(field.label, field.widget)
            self._fields[name] = field
        if folded.rowCount():
            form.addRow(FoldedSection(more))
        else:
            more.deleteLater()
        self._column.addWidget(self._body)


class _Field:
    """One row: a label and the widget for the type of value."""

    def __init__(self, about: Setting, value: Any, changed: Callable[[Any], None]) -> None:
        self.about = about
        self.label = QLabel(about.title)
        self.slider: QSlider | None = None
        self.main = self.widget = self._make(value, changed)
        if isinstance(self.main, QDoubleSpinBox):
            self.widget = self._with_slider(self.main)
        self.main.setAccessibleName(about.title)
        self.label.setBuddy(self.main)

    def _make(self, value: Any, changed: Callable[[Any], None]) -> QWidget:
        if self.about.choices:
            box = QComboBox()
            for choice, title in self.about.choices:
                box.addItem(title, choice)
            box.activated.connect(lambda _=0: changed(box.currentData()))
            return box
        if isinstance(value, bool):
            check = QCheckBox()
            check.toggled.connect(changed)
            return check
        if isinstance(value, int):
            spin = QSpinBox()
            spin.setRange(int(self.about.minimum or 0), int(self.about.maximum or 9999))
            spin.valueChanged.connect(lambda number: changed(number))
            return spin
        number = NumberBox()
        number.setDecimals(4)
        number.setSingleStep(self.about.step or 0.1)
        number.setKeyboardTracking(False)
        number.valueChanged.connect(changed)
        self._limit(number, self.about)
        return number

    def _limit(self, box: QDoubleSpinBox, about: Setting) -> None:
        low = -1e6 if about.minimum is None else about.minimum
        high = 1e6 if about.maximum is None else about.maximum
        box.setRange(low, high)

    def _with_slider(self, box: QDoubleSpinBox) -> QWidget:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, _SLIDER_STEPS)
        slider.setAccessibleName(f"{self.about.title} slider")
        slider.valueChanged.connect(lambda step: box.setValue(self._from_slider(step)))
        self.slider = slider
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(slider, 1)
        box.setFixedWidth(88)
        row.addWidget(box)
        return holder

    def _reach(self) -> tuple[float, float]:
        assert isinstance(self.main, QDoubleSpinBox)
        low, high = self.main.minimum(), self.main.maximum()
        if high > _SLIDER_REACH:
            return (0.0 if low >= 0 else -2.0), 2.0
        return low, high

    def _from_slider(self, step: int) -> float:
        low, high = self._reach()
        return low + (high - low) * step / _SLIDER_STEPS

    def show(self, value: Any, about: Setting, reason: str) -> None:
        """Show a value without telling, and grey the row where there is a reason."""
        tip = f"{about.about} {reason}".strip()
        self.label.setText(about.title)
        for widget in (self.label, self.widget, self.main):
            widget.setToolTip(tip)
            widget.setEnabled(not reason)
        self.main.setAccessibleDescription(tip)
        with QSignalBlocker(self.main):
            if isinstance(self.main, QComboBox):
                self.main.setCurrentIndex(self.main.findData(value))
            elif isinstance(self.main, QCheckBox):
                self.main.setChecked(value)
            elif isinstance(self.main, (QSpinBox, QDoubleSpinBox)):
                if isinstance(self.main, QDoubleSpinBox):
                    self._limit(self.main, about)
                self.main.setValue(value)
        if self.slider is not None and not self.slider.isSliderDown():
            low, high = self._reach()
            with QSignalBlocker(self.slider):
                self.slider.setValue(round((value - low) / (high - low) * _SLIDER_STEPS) if high > low else 0)


def _described(layer: Layer, name: str) -> Setting:
    """The setting as it applies now: an activation's parameter has the range of its function."""
    about = settings_of(type(layer))[name]
    if isinstance(layer, ActivationLayer) and name == "parameter" and layer.activation.parameter:
        p = layer.activation.parameter
        return Setting(p.name.replace("_", " ").capitalize(), p.about, p.minimum, p.maximum, about.step)
    return about
