"""Leafs through maps that do not all fit into the memory."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget


class Pager(QWidget):
    """Says which maps are on show and offers the others; hidden while all are."""

    wanted = Signal(int)  # first map of another page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = self._stop = 0
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.previous = QPushButton("Previous")
        self.previous.setToolTip("The maps before these")
        self.previous.setAccessibleName("Previous maps")
        self.previous.clicked.connect(lambda: self.wanted.emit(max(2 * self._first - self._stop, 0)))
        self.next = QPushButton("Next")
        self.next.setToolTip("The maps after these")
        self.next.setAccessibleName("Next maps")
        self.next.clicked.connect(lambda: self.wanted.emit(self._stop))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.note, 1)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        self.hide()

    def show_page(self, first: int, stop: int, total: int) -> None:
        """Maps first to stop of total are on show."""
        self._first, self._stop = first, stop
        self.note.setText(
            f"Maps {first} to {stop - 1} of 0 to {total - 1}: the free memory does not hold all of them at once."
        )
        self.previous.setEnabled(first > 0)
        self.next.setEnabled(stop < total)
        self.setVisible(stop - first < total)
