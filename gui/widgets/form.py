"""A form whose labels stand level with what they name."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QLayout, QWidget


class Form(QFormLayout):
    """Qt gives a label no more than 7/4 of its own height, and so lifts it above the middle of a taller control."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def addRow(self, *parts: Any) -> None:
        """A control with its label, or something across both columns, as QFormLayout takes them."""
        super().addRow(*parts)
        control = parts[-1]
        label = self.labelForField(control) if len(parts) == 2 else None
        if isinstance(label, QLabel):
            _polish(control)  # or its height is not yet that of the theme
            label.setMinimumHeight(control.sizeHint().height())


def _polish(control: QWidget | QLayout) -> None:
    if isinstance(control, QWidget):
        control.ensurePolished()
        return
    for item in (control.itemAt(index) for index in range(control.count())):
        if item is not None and (widget := item.widget()) is not None:
            widget.ensurePolished()
    control.invalidate()
