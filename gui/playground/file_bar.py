"""The small row under the meaning: colour scale, export, save and open."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget


class FileBar(QWidget):
    """Emits wishes."""

    scale_shared = Signal(bool)
    export_wanted = Signal()
    open_wanted = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shared = QCheckBox("One colour scale for all channels")
        self.shared.setToolTip("Off: every channel uses all of the colours by itself")
        self.shared.setChecked(True)
        self.shared.toggled.connect(self.scale_shared)
        row = QHBoxLayout()
        row.setSpacing(4)
        for text, about, signal in (
            ("Export…", "Save this stage as a picture (PNG, SVG) or an array (.npy)", self.export_wanted),
            ("Open stack…", "Open a stack of layers from a JSON file", self.open_wanted),
            ("Save stack…", "Save the stack of layers as a JSON file", self.save_wanted),
        ):
            button = QPushButton(text)
            button.setToolTip(about)
            button.setStyleSheet("padding-left: 4px; padding-right: 4px;")
            button.clicked.connect(signal)
            row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.shared)
        column.addLayout(row)
