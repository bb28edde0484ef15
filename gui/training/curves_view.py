"""Loss, accuracy and learning rate while they come in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.training.live import EpochRow
from engine.training.smoothing import smooth
from gui.theme import Theme
from gui.training.chart import TRAINING, VALIDATION, Chart

_STEP, _LOSS, _ACCURACY, _RATE = range(4)  # columns of the rows a batch


class CurvesView(QWidget):
    """Three charts over the epochs: thin lines are batches, thick ones smoothed batches, dots are epochs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart(theme, "Loss", "", "loss")
        self.accuracy = Chart(theme, "Accuracy", "", "accuracy", legend_below=True)
        self.rate = Chart(theme, "Learning rate", "epoch", "rate")
        self.rate.setMaximumHeight(128)
        for chart in (self.accuracy, self.rate):
            chart.setXLink(self.loss)
        for chart in (self.loss, self.accuracy, self.rate):
            chart.getAxis("left").setWidth(64)
        self._log = QCheckBox("Logarithmic loss")
        self._log.setToolTip("Shows small losses as clearly as large ones")
        self._log.toggled.connect(self.loss.use_log)
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, 99)
        self._smoothing.setValue(90)
        self._smoothing.setFixedWidth(128)
        self._smoothing.setAccessibleName("Smoothing")
        self._smoothing.setToolTip("How much of the past each point of the thick batch line keeps")
        self._smoothing.valueChanged.connect(lambda _: self._draw_batches())
        self._data: tuple[np.ndarray, Sequence[EpochRow], int] = (np.empty((0, 4), np.float32), (), 1)
        bar = QHBoxLayout()
        bar.addWidget(self._log)
        bar.addStretch(1)
        bar.addWidget(QLabel("Smoothing"))
        bar.addWidget(self._smoothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addWidget(self.loss, 3)
        column.addWidget(self.accuracy, 3)
        column.addWidget(self.rate, 1)

    def begin(self) -> None:
        """Empty charts, for another run."""
        for chart in (self.loss, self.accuracy, self.rate):
            chart.drop_curves()
            chart.show_everything()
        self._data = (np.empty((0, 4), np.float32), (), 1)

    def show_run(self, rows: np.ndarray, epochs: Sequence[EpochRow], steps: int) -> None:
        """Replace what is shown. rows: (n, 4) step, loss, accuracy, rate. steps: batches an epoch."""
        grown = len(rows) != len(self._data[0])
        more = len(epochs) != len(self._data[1])
        self._data = (rows, epochs, max(steps, 1))
        if grown:
            self._draw_batches()
        if more:
            self._draw_epochs()

    def _draw_batches(self) -> None:
        rows, _, steps = self._data
        if not len(rows):
            return
        at, factor = rows[:, _STEP] / steps, self._smoothing.value() / 100
        for chart, column in ((self.loss, _LOSS), (self.accuracy, _ACCURACY)):
            chart.set_curve("each batch", at, rows[:, column], TRAINING, faint=True, label=False)
            chart.set_curve("training", at, smooth(rows[:, column], factor), TRAINING)
        self.rate.set_curve("rate", at, rows[:, _RATE], TRAINING, label=False)

    def _draw_epochs(self) -> None:
        _, epochs, _ = self._data
        best = min(epochs, key=lambda row: row.val_loss).epoch if epochs else None
        at = np.array([row.epoch for row in epochs], float)
        for chart, name in ((self.loss, "val_loss"), (self.accuracy, "val_accuracy")):
            values = np.array([getattr(row, name) for row in epochs])
            chart.set_curve("validation", at, values, VALIDATION, dots=True)
            chart.mark(best, "best")
