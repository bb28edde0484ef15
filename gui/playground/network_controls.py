"""Left side of the network page: which model, and which of its layers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.widgets.layer_list import LayerList
from gui.widgets.model_chooser import ModelChooser


class NetworkControls(QWidget):
    """The chooser emits the model, the list the layer."""

    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.chooser = ModelChooser()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find a layer")
        self.filter.setAccessibleName("Find a layer")
        self.filter.setToolTip("Part of a layer's name or kind, such as conv")
        self.filter.setClearButtonEnabled(True)
        self.layers = LayerList()
        self.filter.textChanged.connect(self.layers.narrow)
        title = QLabel("Layer")
        title.setProperty("role", "title")
        self.export = QPushButton("Export this layer…")
        self.export.setToolTip("Save the maps as a picture (PNG, SVG: the first 64) or all of them as an array (.npy)")
        self.export.clicked.connect(self.export_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.chooser)
        column.addWidget(title)
        column.addWidget(self.filter)
        column.addWidget(self.layers, 1)
        column.addWidget(self.export)
