"""What the network learns from: samples as it sees them, how many of each class, and what to know of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.data.preparation import Dataset
from gui.training.columns import name_columns
from gui.training.picture_grid import Picture, PictureGrid
from gui.words import count

SAMPLES = 60
_LISTED = 8  # broken files named


class DataView(QWidget):
    """Samples left, counts right."""

    draw_wanted = Signal()  # another draw of the augmentation

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = QLabel("Opening the data…")
        self.summary.setWordWrap(True)
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.hide()
        self.varied = QCheckBox("As varied in training")
        self.varied.setToolTip("Show the samples with the augmentation that is set on the left")
        self.varied.setChecked(True)
        self.varied.toggled.connect(lambda _: self.draw_wanted.emit())
        again = QPushButton("Draw again")
        again.setToolTip("Another random draw of the augmentation")
        again.setAccessibleName("Draw again")
        again.clicked.connect(lambda _=False: self.draw_wanted.emit())
        self.grid = PictureGrid("Samples of the data")
        self.counts = QTableWidget(0, 3)
        name_columns(self.counts, ("Class", "Training", "Validation"), numbers=(1, 2))
        self.counts.setAccessibleName("Images of each class")
        self.counts.setToolTip("How many images of each class the network learns from and is judged by")
        self.counts.verticalHeader().hide()
        self.counts.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.counts.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        bar = QHBoxLayout()
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.varied)
        bar.addWidget(again)
        row = QHBoxLayout()
        row.addWidget(self.grid, 2)
        row.addWidget(self.counts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.notes)
        column.addLayout(row, 1)

    def show_dataset(self, dataset: Dataset) -> None:
        """Counts and notes; the samples come with `show_samples`."""
        how, parts = dataset.how, dataset.split
        colour = "grey" if how.channels == 1 else "colour"
        tested = f", {len(parts.test):,} test" if len(parts.test) else ""
        self.summary.setText(
            f"{dataset.title}: {count(len(dataset.class_names), 'class', 'classes')},"
            f" {len(parts.train):,} training and {len(parts.validation):,} validation{tested} images,"
            f" {how.width}\u00a0×\u00a0{how.height} {colour}"
        )
        notes = list(dataset.notes)
        if dataset.broken:
            names = ", ".join(item.name.rsplit("/", 1)[-1] for item in dataset.broken[:_LISTED])
            more = f" and {len(dataset.broken) - _LISTED} more" if len(dataset.broken) > _LISTED else ""
            notes.append(f"{count(len(dataset.broken), 'file')} cannot be read and are left out: {names}{more}.")
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        train, validation = dataset.counts(parts.train), dataset.counts(parts.validation)
        self.counts.setRowCount(len(dataset.class_names))
        for row, name in enumerate(dataset.class_names):
            for column, text in enumerate((name, f"{train[row]:,}", f"{validation[row]:,}")):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.counts.setItem(row, column, item)

    def show_samples(self, pixels: np.ndarray, names: list[str]) -> None:
        """Pictures (n, H, W, C) uint8 with the names of their classes."""
        self.grid.show_pictures([Picture(image, name) for image, name in zip(pixels, names, strict=True)])

    def show_problem(self, text: str) -> None:
        """Why there are no data."""
        self.summary.setText(text)
        self.notes.hide()
        self.counts.setRowCount(0)
        self.grid.show_pictures(())
