"""Small pictures with a word under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from gui.pictures import to_pixmap

SIDE = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """One cell."""

    pixels: np.ndarray  # (H, W, 1 or 3) uint8
    text: str
    tip: str = ""


class PictureGrid(QListWidget):
    """Pictures in reading order, as many in a row as fit; pixels stay sharp."""

    def __init__(self, name: str, side: int = SIDE, room: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(side + room, side + 28))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Replace all cells."""
        self.clear()
        for picture in pictures:
            item = QListWidgetItem(QIcon(self._scaled(picture.pixels)), picture.text)
            item.setToolTip(picture.tip or picture.text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            item.setSizeHint(self.gridSize())  # else all texts get the width of the first
            self.addItem(item)

    def _scaled(self, pixels: np.ndarray):  # type: ignore[no-untyped-def]
        pixmap = to_pixmap(pixels)
        small = max(pixels.shape[:2]) <= self._side
        mode = Qt.TransformationMode.FastTransformation if small else Qt.TransformationMode.SmoothTransformation
        return pixmap.scaled(self._side, self._side, Qt.AspectRatioMode.KeepAspectRatio, mode)
