"""The network as a wired list beside all feature maps of the chosen layer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from engine.explain.layer_maps import LayerMaps
from gui.widgets.feature_grid import FeatureGrid
from gui.widgets.layer_list import LayerList
from gui.widgets.pager import Pager

ABOUT = "Click a layer of the network to see what it makes of the image."
LIST = 224  # pixels: room for "MaxPooling2D  112 × 112 × 64" behind the wiring


class LayersPage(QWidget):
    """Emits the layer that was clicked, and the wish to explain there or to visualise a channel."""

    layer_chosen = Signal(str)
    explain_wanted = Signal(str)
    feature_wanted = Signal(str, int)  # layer and channel
    page_wanted = Signal(str, int)  # layer and first channel of the next or the previous maps

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._first = 0  # channel of the first map on show
        self.layers = LayerList()
        self.layers.layer_chosen.connect(self.layer_chosen)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a layer")
        self.search.setAccessibleName("Find a layer")
        self.search.setToolTip("Part of a layer's name or kind, such as conv")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.layers.narrow)
        self.grid = FeatureGrid()
        self.grid.picked.connect(self._picked)
        self.about = QLabel(ABOUT)
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.explain = QPushButton("Explain here")
        self.explain.setToolTip("Use this layer for the map on the picture")
        self.explain.clicked.connect(lambda: self.explain_wanted.emit(self._path))
        self.feature = QPushButton("Visualise channel")
        self.feature.setToolTip("Search the image that excites the chosen channel most")
        self.feature.clicked.connect(lambda: self.feature_wanted.emit(self._path, self._first + self.grid.selected))
        self.by_mean = QCheckBox("Most active first")
        self.by_mean.setToolTip("Order the maps by their mean, or as the network numbers them")
        self.by_mean.toggled.connect(self.grid.sort_by_mean)
        self.explain.setEnabled(False)
        self.feature.setEnabled(False)
        self.pager = Pager()
        self.pager.wanted.connect(lambda first: self.page_wanted.emit(self._path, first))
        self._build()

    def _build(self) -> None:
        left = QWidget()
        left.setMinimumWidth(LIST)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.layers, 1)
        right = QWidget()
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.explain)
        bar.addWidget(self.feature)
        bar.addStretch(1)
        bar.addWidget(self.by_mean)
        maps = QVBoxLayout(right)
        maps.setContentsMargins(0, 0, 0, 0)
        maps.setSpacing(8)
        maps.addLayout(bar)
        maps.addWidget(self.about)
        maps.addWidget(self.grid, 1)
        maps.addWidget(self.pager)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([260, 380])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    def show_maps(self, maps: LayerMaps) -> None:
        """Show the activations of a layer."""
        if (maps.path, maps.first) != (self._path, self._first):
            self.grid.selected = -1
            self.feature.setEnabled(False)
        self._path, self._first = maps.path, maps.first
        self.grid.show_maps(maps.values, maps.first)
        self.pager.show_page(maps.first, maps.stop, maps.total)
        height, width, channels = maps.values.shape
        dead = f", {self.grid.zero_maps} of them zero everywhere" if self.grid.zero_maps else ""
        what = f"{channels} maps of {height} × {width}" if maps.spatial else f"{channels} values, no maps"
        if not maps.whole:
            what = f"{channels} of its {maps.total} maps of {height} × {width}"
        self.about.setText(f"{maps.path}: {what}{dead}.")
        self.explain.setEnabled(maps.spatial)

    def clear(self) -> None:
        """Another model: no layers and no maps yet."""
        self._path, self._first = "", 0
        self.layers.clear()
        self.grid.show_maps(np.zeros((1, 1, 0), np.float32))
        self.pager.show_page(0, 0, 0)
        self.about.setText(ABOUT)
        self.explain.setEnabled(False)
        self.feature.setEnabled(False)

    def show_problem(self, message: str) -> None:
        """Say why there are no maps; the last ones stay."""
        self.about.setText(message)

    def _picked(self, channel: int) -> None:
        self.feature.setEnabled(bool(self._path) and channel >= 0)
