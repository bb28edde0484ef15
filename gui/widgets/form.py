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
            label.setMinimumHeight(_height(control))


def _height(control: QWidget | QLayout) -> int:
    """Pixels that a control, or the highest of several, wants; a layout says 0 as long as nothing in it is shown."""
    if isinstance(control, QWidget):
        control.ensurePolished()  # or the height is not yet that of the theme
        return control.sizeHint().height()
    items = [control.itemAt(index) for index in range(control.count())]
    widgets = [item.widget() for item in items if item is not None]
    return max((_height(widget) for widget in widgets if widget is not None), default=0)
