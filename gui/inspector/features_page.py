"""Feature visualisation: images that excite channels most, found while one watches, beside photos that do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.explain.exciting import Ranking
from gui.inspector.elided_box import ElidedBox
from gui.pictures import to_pixmap
from gui.widgets.folded import FoldedSection

KIND_TITLES = {"channel": "Channels", "unit": "Middle units", "layer": "Whole layer", "class": "Classes"}
ICON = 96
GALLERY = 132  # pixels of an image in the gallery
ABOUT = "Gradient ascent on the image itself: what would this channel like to see?"


class FeaturesPage(QWidget):
    """Emits what is wanted; shows images as they come."""

    start_wanted = Signal()
    stop_wanted = Signal()
    folder_wanted = Signal()  # choose a folder of photos for the chosen channel
    picked = Signal(int)  # channel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layer = ElidedBox()
        self.layer.setAccessibleName("Layer of the features")
        self.layer.setToolTip("The layer whose channels are visualised")
        self.layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.layer.setMinimumContentsLength(18)
        self.kind = QComboBox()
        for key, title in KIND_TITLES.items():
            self.kind.addItem(title, key)
        self.kind.setAccessibleName("What is excited")
        self.kind.setToolTip("Whole channels, their middle unit only, the whole layer, or classes")
        self.kind.currentIndexChanged.connect(lambda _: self._kind_changed())
        self.first = _spin("First channel", 0, 100_000, 0)
        self.first.setPrefix("from ")
        self.count = _spin("How many", 1, 12, 4)
        self.count.setSuffix(" images")
        self.start = QPushButton("Visualise")
        self.start.setProperty("primary", True)
        self.start.setToolTip("Search images that excite these channels most")
        self.start.clicked.connect(self.start_wanted)
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("End the search; the images stay as they are")
        self.stop.clicked.connect(self.stop_wanted)
        self.stop.setEnabled(False)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for widget in (self.kind, self.layer, self.first, self.count):
            bar.addWidget(widget, int(widget is self.layer))
        self.steps = _spin("Steps", 16, 2048, 256)
        self.seed = _spin("Seed", 0, 9999, 0)
        self.about = QLabel(ABOUT)
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the search")
        self.gallery = _strip("Images that excite the channels", GALLERY, wrap=True)
        self.gallery.setToolTip("Choose an image, then look for photos that excite its channel")
        self.gallery.currentRowChanged.connect(lambda _: self._row_changed())
        self.photos = _strip("Photos that excite the channel", ICON, wrap=False)
        self.photos.setFixedHeight(ICON + 58)
        self.folder = QPushButton("Find photos in a folder…")
        self.folder.setToolTip("Rank the photos of a folder by how much they excite the chosen channel")
        self.folder.clicked.connect(self.folder_wanted)
        self.photos_about = QLabel("")
        self.photos_about.setProperty("role", "muted")
        self._channels: list[int] = []
        self._build(bar)

    def _build(self, bar: QHBoxLayout) -> None:
        more = QWidget()
        row = QHBoxLayout(more)
        row.setContentsMargins(0, 0, 0, 0)
        for title, box in (("Steps", self.steps), ("Seed", self.seed)):
            row.addWidget(QLabel(title))
            row.addWidget(box)
        row.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self.photos_about, 1)
        below.addWidget(self.folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.start)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column.addLayout(bar)
        column.addLayout(buttons)
        column.addWidget(FoldedSection(more, "Search settings"))
        column.addWidget(self.about)
        column.addWidget(self.progress)
        column.addWidget(self.gallery, 1)
        column.addLayout(below)
        column.addWidget(self.photos)
        self.progress.hide()
        self.photos.hide()
        self.folder.setEnabled(False)

    def offer_layers(self, layers: Sequence[tuple[str, str]]) -> None:
        """Fill the list; the layer in use stays if it exists."""
        kept = self.layer.currentData()
        self.layer.clear()
        for path, size in reversed(layers):
            self.layer.addItem(f"{path}   {size}", path)
        self.layer.setCurrentIndex(max(self.layer.findData(kept), 0))

    def choose(self, layer: str, channel: int) -> None:
        """Set the controls to one channel of a layer."""
        self.kind.setCurrentIndex(self.kind.findData("channel"))
        self.layer.setCurrentIndex(max(self.layer.findData(layer), 0))
        self.first.setValue(channel)
        self.count.setValue(1)

    def channels(self) -> tuple[int, ...]:
        """The channels or classes that are asked for."""
        return tuple(range(self.first.value(), self.first.value() + self.count.value()))

    def begin(self, titles: Sequence[str], channels: Sequence[int]) -> None:
        """Empty places for images to come. channels: those photos can be ranked by; empty for layers and classes."""
        self._channels = list(channels)
        self.gallery.clear()
        self._clear_photos()
        for title in titles:
            item = QListWidgetItem(title)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.gallery.addItem(item)
        self.progress.setValue(0)
        self.progress.show()
        self.start.setEnabled(False)
        self.stop.setEnabled(True)

    def clear(self) -> None:
        """Another model: no layers, no images and no photos yet."""
        self._channels = []
        self.layer.clear()
        self.gallery.clear()
        self._clear_photos()
        self.end(ABOUT)

    def chosen_channel(self) -> int | None:
        """The channel of the chosen image; None if none is chosen, or photos cannot be ranked by it."""
        row = self.gallery.currentRow()
        return self._channels[row] if 0 <= row < len(self._channels) else None

    def show_images(self, images: np.ndarray) -> None:
        """Show the images so far, (N, H, W, C) uint8."""
        mode = Qt.TransformationMode.SmoothTransformation
        for row, image in enumerate(images[: self.gallery.count()]):
            self.gallery.item(row).setIcon(QIcon(to_pixmap(image).scaled(GALLERY, GALLERY, mode=mode)))

    def mark_silent(self, silent: Sequence[bool]) -> None:
        """Say under its image which unit never answered."""
        for row, quiet in enumerate(silent):
            if quiet and row < self.gallery.count():
                self.gallery.item(row).setText(f"{self.gallery.item(row).text()} (silent)")

    def end(self, remark: str) -> None:
        """The search is over; say what came of it."""
        self.about.setText(remark)
        self.progress.hide()
        self.start.setEnabled(True)
        self.stop.setEnabled(False)

    def show_ranking(self, ranking: Ranking, channel: int) -> None:
        """Show the photos that excite a channel most."""
        self.photos.clear()
        for excited in ranking.best:
            mode = Qt.TransformationMode.SmoothTransformation
            icon = QIcon(to_pixmap(excited.seen).scaled(ICON, ICON, mode=mode))
            item = QListWidgetItem(icon, f"{excited.mean:.3g}")
            item.setToolTip(f"{excited.path.name}: mean {excited.mean:.4g}, highest {excited.highest:.4g}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.photos.addItem(item)
        failed = f", {len(ranking.failed)} could not be read" if ranking.failed else ""
        self.photos_about.setText(f"Channel {channel}: the strongest of {ranking.examined} photos{failed}")
        self.photos.show()

    def _clear_photos(self) -> None:
        self.photos.clear()
        self.photos.hide()
        self.photos_about.clear()

    def _row_changed(self) -> None:
        channel = self.chosen_channel()
        self.folder.setEnabled(channel is not None)
        if channel is not None:
            self.picked.emit(channel)

    def _kind_changed(self) -> None:
        kind = self.kind.currentData()
        self.layer.setEnabled(kind != "class")
        self.first.setEnabled(kind != "layer")
        self.count.setEnabled(kind != "layer")


def _spin(name: str, low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box


def _strip(name: str, icon: int, wrap: bool) -> QListWidget:
    strip = QListWidget()
    strip.setAccessibleName(name)
    strip.setToolTip(name)
    strip.setViewMode(QListView.ViewMode.IconMode)
    strip.setMovement(QListView.Movement.Static)
    strip.setResizeMode(QListView.ResizeMode.Adjust)
    strip.setWrapping(wrap)
    strip.setIconSize(QSize(icon, icon))
    strip.setGridSize(QSize(icon + 14, icon + 30))
    return strip
