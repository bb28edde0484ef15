"""A strip of sample pictures to start with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from engine.images import LoadedImage
from engine.samples import Sample
from gui.pictures import to_pixmap

ICON = 46


class SampleStrip(QListWidget):
    """One row of pictures with their names; choosing one emits its id."""

    chosen = Signal(str)

    def __init__(self, samples: Sequence[Sample], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sample images")
        self.setToolTip("Sample images: choose one")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(ICON, ICON))
        self.setGridSize(QSize(ICON + 17, ICON + 26))
        self.setFixedHeight(ICON + 36)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items: dict[str, QListWidgetItem] = {}
        for sample in samples:
            item = QListWidgetItem(sample.title)
            item.setData(Qt.ItemDataRole.UserRole, sample.id)
            item.setToolTip(f"{sample.title}. Source: {sample.source}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.addItem(item)
            self._items[sample.id] = item
        self.itemClicked.connect(self._emit)
        self.itemActivated.connect(self._emit)

    def set_picture(self, sample_id: str, image: LoadedImage) -> None:
        """Show the picture of a sample: its central square."""
        height, width = image.pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = to_pixmap(image.pixels[top : top + side, left : left + side])
        mode = Qt.TransformationMode.SmoothTransformation
        self._items[sample_id].setIcon(QIcon(square.scaled(2 * ICON, 2 * ICON, mode=mode)))

    def _emit(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
