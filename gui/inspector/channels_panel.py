"""Right side of the Inspector: the channels that made the map, each with its share and its own part of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.pictures import to_pixmap
from gui.words import percent

ICON = 48


class ChannelsPanel(QWidget):
    """Emits the channel whose part of the map is to be shown, or None for the whole map."""

    picked = Signal(object)  # int or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Channels of the map")
        self.list.setToolTip("Choose a channel to see its part of the map alone")
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.currentItemChanged.connect(self._emit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.about)
        column.addWidget(self.list, 1)

    def show_channels(self, parts: Sequence[tuple[int, float, float, np.ndarray]], total: int) -> None:
        """Replace the list. parts: channel, share 0..1, its sum, picture (h, w, 3) uint8. total: all channels."""
        self.list.blockSignals(True)
        self.list.clear()
        if parts:
            whole = QListWidgetItem("The whole map")
            whole.setData(Qt.ItemDataRole.UserRole, None)
            self.list.addItem(whole)
        for channel, share, amount, picture in parts:
            keep = Qt.AspectRatioMode.KeepAspectRatio
            icon = QIcon(to_pixmap(picture).scaled(ICON, ICON, keep))
            sign = "for" if amount >= 0 else "against"
            item = QListWidgetItem(icon, f"Channel {channel}   {percent(share)} {sign}")
            item.setData(Qt.ItemDataRole.UserRole, channel)
            item.setToolTip(f"Channel {channel}: {amount:+.4g} in all")
            self.list.addItem(item)
        self.list.blockSignals(False)
        shown = sum(share for _, share, _, _ in parts)
        self.about.setText(
            f"The {len(parts)} strongest of {total} channels make {percent(shown)} of the map. Each has its own weight "
            "times its activation."
            if parts
            else "This map is not made of channels. Choose a method on a layer, such as Grad-CAM."
        )

    def _emit(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
