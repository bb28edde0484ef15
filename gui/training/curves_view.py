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
            chart.getViewBox().sigRangeChangedManually.connect(lambda *_: self._follow(False))
            chart.everything_wanted.connect(lambda: self._follow(True))
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
        self._smoothing.valueChanged.connect(lambda _: self._draw())
        self._data: tuple[np.ndarray, Sequence[EpochRow], int] = (np.empty((0, 4), np.float32), (), 1)
        self._turn = 0  # which chart is drawn next while they come in
        self._end = 0.0  # of the horizontal axis, epochs
        self._following = True  # until the person zooms
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
            chart.enableAutoRange()
        self._data = (np.empty((0, 4), np.float32), (), 1)
        self._end, self._following = 0.0, True

    def show_run(self, rows: np.ndarray, epochs: Sequence[EpochRow], steps: int) -> None:
        """Replace what is shown. rows: (n, 4) step, loss, accuracy, rate. steps: batches an epoch."""
        self._data = (rows, epochs, max(steps, 1))
        self._end = 0.0
        self._draw()

    def grow(self, rows: np.ndarray, epochs: Sequence[EpochRow], steps: int) -> None:
        """The same for a run under way: one chart a call, so that the window is never held for long."""
        if len(rows) == len(self._data[0]) and len(epochs) == len(self._data[1]):
            return
        self._data = (rows, epochs, max(steps, 1))
        draws = (self._draw_loss, self._draw_accuracy, self._draw_rate)
        draws[self._turn]()
        self._turn = (self._turn + 1) % len(draws)

    def _draw(self) -> None:
        for draw in (self._draw_loss, self._draw_accuracy, self._draw_rate):
            draw()

    def _draw_loss(self) -> None:
        self._fit()
        self._draw_column(self.loss, _LOSS, "val_loss")

    def _draw_accuracy(self) -> None:
        self._draw_column(self.accuracy, _ACCURACY, "val_accuracy")

    def _draw_rate(self) -> None:
        rows, _, steps = self._data
        if len(rows):
            self.rate.set_curve("rate", rows[:, _STEP] / steps, rows[:, _RATE], TRAINING, label=False)

    def _draw_column(self, chart: Chart, column: int, validation: str) -> None:
        rows, epochs, steps = self._data
        if len(rows):
            at = rows[:, _STEP] / steps
            chart.set_curve("each batch", at, rows[:, column], TRAINING, faint=True, label=False)
            chart.set_curve("training", at, smooth(rows[:, column], self._smoothing.value() / 100), TRAINING)
        if epochs:
            at = np.array([row.epoch for row in epochs], float)
            values = np.array([getattr(row, validation) for row in epochs])
            chart.set_curve("validation", at, values, VALIDATION, dots=True)
            chart.mark(min(epochs, key=lambda row: row.val_loss).epoch, "best")

    def _follow(self, on: bool) -> None:
        self._following, self._end = on, 0.0
        if on:
            self._draw()

    def _fit(self) -> None:
        """Keep the axis a little ahead of the curve; moving it at every batch would redraw all three charts."""
        rows, epochs, steps = self._data
        last = max(float(rows[-1, _STEP]) / steps if len(rows) else 0.0, epochs[-1].epoch if epochs else 0)
        if self._following and last > self._end:
            self._end = last * 1.3 if self._end else last
            self.loss.setXRange(0, self._end, padding=0.02)
