"""Controls for a settings dataclass, made from what its fields say of themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from decimal import Decimal
from typing import Any, get_type_hints

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget

from engine.options import Option, options
from gui.widgets.form import Form

_LARGE = 2**31 - 1


class SettingsForm(QWidget):
    """One row a field; `value` is a settings object of the same class."""

    changed = Signal()

    def __init__(self, settings: Any, without: Collection[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._controls: dict[str, QWidget] = {}
        hints = get_type_hints(type(settings))
        self._rows = rows = Form(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(8)
        rows.setHorizontalSpacing(8)
        rows.setFieldGrowthPolicy(Form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, known in options(settings):
            if name in without:
                continue
            control = _control(hints[name], known, getattr(settings, name))
            control.setToolTip(known.help)
            control.setAccessibleName(known.label)
            control.setAccessibleDescription(known.help)
            self._controls[name] = control
            label = QLabel(known.label)
            label.setToolTip(known.help)
            label.setBuddy(control)
            rows.addRow(label, control)
            _connect(control, self._edited)
        self.show_settings(settings)

    def settings(self) -> Any:
        """The settings as they are set now."""
        return dataclasses.replace(self._settings, **{name: _read(c) for name, c in self._controls.items()})

    def show_settings(self, settings: Any) -> None:
        """Set every control, without telling anyone."""
        self._settings = settings
        for name, control in self._controls.items():
            control.blockSignals(True)
            _write(control, getattr(settings, name))
            control.blockSignals(False)
        self._hide_idle()

    def _edited(self) -> None:
        self._hide_idle()
        self.changed.emit()

    def _hide_idle(self) -> None:
        """Settings that the others make useless are not shown."""
        now = self.settings()
        for name, known in options(now):
            if name in self._controls and known.when is not None:
                other, values = known.when
                self._rows.setRowVisible(self._controls[name], getattr(now, other) in values)

    def control(self, name: str) -> QWidget:
        """The control of a field."""
        return self._controls[name]


class _Number(QDoubleSpinBox):
    """Has the decimals that a setting needs, and more for a value that has more: nothing is rounded."""

    def __init__(self, *usual: float) -> None:
        super().__init__()
        self._least = max(2, *map(_decimals, usual))
        self.setDecimals(self._least)

    def show_value(self, value: float) -> None:
        """Set the value as it is."""
        self.setDecimals(max(self._least, _decimals(value)))
        self.setValue(value)


def _decimals(value: float) -> int:
    """Digits after the point of 0.005 are 3, of 1e-4 they are 4."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _control(kind: type, known: Option, default: Any) -> QWidget:
    if known.choices:
        box = QComboBox()
        box.addItems(known.choices)
        return box
    if kind is bool:
        return QCheckBox()
    if kind is int:
        spin = QSpinBox()
        spin.setRange(int(known.minimum or 0), int(min(known.maximum or _LARGE, _LARGE)))
        spin.setSingleStep(int(known.step or 1))
        spin.setSuffix(known.unit)
        spin.setMinimumWidth(72)
        return spin
    step = known.step or 0.1
    number = _Number(step, known.minimum or 0.0, known.maximum or 0.0, default)
    number.setRange(known.minimum or 0.0, known.maximum if known.maximum is not None else 1e9)
    number.setSingleStep(step)
    number.setSuffix(known.unit)
    number.setMinimumWidth(72)
    return number


def _connect(control: QWidget, slot: Any) -> None:
    if isinstance(control, QComboBox):
        control.currentTextChanged.connect(lambda _: slot())
    elif isinstance(control, QCheckBox):
        control.toggled.connect(lambda _: slot())
    elif isinstance(control, QSpinBox | QDoubleSpinBox):
        control.setKeyboardTracking(False)
        control.valueChanged.connect(lambda _: slot())


def _read(control: QWidget) -> Any:
    if isinstance(control, QComboBox):
        return control.currentText()
    if isinstance(control, QCheckBox):
        return control.isChecked()
    assert isinstance(control, QSpinBox | QDoubleSpinBox)
    return control.value()


def _write(control: QWidget, value: Any) -> None:
    if isinstance(control, QComboBox):
        control.setCurrentText(value)
    elif isinstance(control, QCheckBox):
        control.setChecked(value)
    elif isinstance(control, _Number):
        control.show_value(value)
    elif isinstance(control, QSpinBox):
        control.setValue(value)
