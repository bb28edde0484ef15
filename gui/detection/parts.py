"""Small parts both side columns of the Detection tab are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.widgets.scrolled import Scrolled


def heading(text: str) -> QLabel:
    """The title of a group."""
    label = QLabel(text)
    label.setProperty("role", "title")
    return label


def scrolled(owner: QWidget, name: str) -> QVBoxLayout:
    """A column that fills `owner` and scrolls when it is too long for the window."""
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 8, 0)
    column.setSpacing(8)
    outer = QVBoxLayout(owner)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(Scrolled(inner, name))
    return column
