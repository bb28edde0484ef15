"""The map at every stage of the network, side by side; choosing one explains at that layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from gui.pictures import to_pixmap

ICON = 60


class StageStrip(QListWidget):
    """Emits the path of the layer that was chosen."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Map at every stage")
        self.setToolTip("The same question at every stage of the network, early to late: choose one")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(ICON, ICON))
        self.setGridSize(QSize(ICON + 24, ICON + 26))
        self.setFixedHeight(ICON + 32)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._emit)
        self.itemActivated.connect(self._emit)

    def show_stages(self, stages: Sequence[tuple[str, str, np.ndarray]], current: str | None) -> None:
        """Replace the strip. stages: path, size as text, picture (H, W, 3) uint8."""
        self.clear()
        for path, size, picture in stages:
            mode = Qt.TransformationMode.SmoothTransformation
            item = QListWidgetItem(QIcon(to_pixmap(picture).scaled(2 * ICON, 2 * ICON, mode=mode)), size)
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(f"{path}, {size}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.addItem(item)
            if path == current:
                self.setCurrentItem(item)

    def mark(self, current: str | None) -> None:
        """Mark the layer in use, if it is one of the stages."""
        for row in range(self.count()):
            if self.item(row).data(Qt.ItemDataRole.UserRole) == current:
                self.setCurrentRow(row)
                return
        self.clearSelection()

    def _emit(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
