"""Tick classes in a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget


class ClassFilter(QWidget):
    """Which classes are chosen; `everything` says whether none ticked means all of them."""

    changed = Signal()

    def __init__(self, name: str, tip: str, everything: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._everything = everything
        self.search = QLineEdit()
        self.search.setPlaceholderText(f"Search {name.lower()}")
        self.search.setAccessibleName(f"Search {name.lower()}")
        self.search.setToolTip("Type a part of a name")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._searched)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setToolTip(tip)
        self.list.setFixedHeight(132)
        self.list.itemChanged.connect(lambda _: self.changed.emit())
        clear = QPushButton("Untick all")
        clear.setToolTip(tip)
        clear.setAccessibleName(f"Untick all {name.lower()}")
        clear.clicked.connect(lambda: self.tick(()))
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.list)

    def set_names(self, names: Sequence[str]) -> None:
        """Show these classes, keeping the ticks of names that are still there."""
        kept = {self.list.item(i).text() for i in self._ticked()}
        self.list.blockSignals(True)
        self.list.clear()
        for name in names:
            item = QListWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if name in kept else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._searched(self.search.text())

    def tick(self, numbers: Sequence[int]) -> None:
        """Tick exactly these classes."""
        self.list.blockSignals(True)
        for i in range(self.list.count()):
            self.list.item(i).setCheckState(Qt.CheckState.Checked if i in numbers else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self.changed.emit()

    def classes(self) -> frozenset[int] | None:
        """Ticked class numbers; None when none is ticked and that means all."""
        ticked = frozenset(self._ticked())
        return None if self._everything and not ticked else ticked

    def _ticked(self) -> list[int]:
        rows = range(self.list.count())
        return [i for i in rows if self.list.item(i).checkState() == Qt.CheckState.Checked]

    def _searched(self, text: str) -> None:
        for i in range(self.list.count()):
            self.list.item(i).setHidden(text.strip().casefold() not in self.list.item(i).text().casefold())
