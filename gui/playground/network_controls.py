"""Left side of the network page: which model, and which of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from gui.widgets.model_chooser import ModelChooser

if TYPE_CHECKING:
    from engine.models.opening import Spot


class NetworkControls(QWidget):
    """Emits the chosen layer; the chooser emits the model."""

    layer_chosen = Signal(str)  # path
    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.chooser = ModelChooser()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find a layer")
        self.filter.setAccessibleName("Find a layer")
        self.filter.setToolTip("Part of a layer's name or kind, such as conv")
        self.filter.setClearButtonEnabled(True)
        self.layers = QListWidget()
        self.layers.setAccessibleName("Layers of the network")
        self.layers.setToolTip("The layers in the order of computation, from the image on")
        self.layers.setSpacing(2)
        title = QLabel("Layer")
        title.setProperty("role", "title")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.chooser)
        column.addWidget(title)
        column.addWidget(self.filter)
        column.addWidget(self.layers, 1)
        export = QPushButton("Export this layer…")
        export.setToolTip("Save the maps as a picture (PNG, SVG: the first 64) or all of them as an array (.npy)")
        export.clicked.connect(self.export_wanted)
        column.addWidget(export)
        self.layers.currentItemChanged.connect(self._chosen)
        self.filter.textChanged.connect(self._narrow)

    def show_layers(self, spots: Sequence[Spot], chosen: str) -> None:
        """Replace the list without telling."""
        self.layers.blockSignals(True)
        self.layers.clear()
        for spot in spots:
            shape = " × ".join("?" if n is None else str(n) for n in spot.shape)
            indent, name = "    " * spot.depth, spot.path.rsplit("/", 1)[-1]
            item = QListWidgetItem(f"{indent}{name}\n{indent}{spot.kind}  {shape}")
            item.setData(Qt.ItemDataRole.UserRole, spot.path)
            item.setToolTip(f"{spot.path}: {spot.kind}, output {shape}")
            self.layers.addItem(item)
            if spot.path == chosen:
                self.layers.setCurrentItem(item)
        self.layers.blockSignals(False)
        self._narrow(self.filter.text())

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.layer_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _narrow(self, text: str) -> None:
        wanted = text.strip().lower()
        for row in range(self.layers.count()):
            item = self.layers.item(row)
            item.setHidden(wanted not in item.toolTip().lower())
