"""Inside the network: its first filters as they change, and the weights and gradients of every layer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.training.live import Detail
from gui.theme import Theme
from gui.training.chart import SERIES, Chart
from gui.training.picture_grid import Picture, PictureGrid

_HINT = "After the first epoch: the filters of the first convolution."
_WEIGHTS, _GRADIENTS = " weights", " gradients"


class InsideView(QWidget):
    """One epoch at a time; the slider moves through the training."""

    epoch_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch inside the network")
        self.slider.setToolTip("Move to see the filters and histograms change")
        self.slider.valueChanged.connect(self.epoch_wanted)
        self._epoch = QLabel("–")
        self._epoch.setMinimumWidth(72)
        self._about = QLabel(_HINT)
        self._about.setProperty("role", "muted")
        self.filters = PictureGrid("First filters", 48)
        self.layer = QComboBox()
        self.layer.setAccessibleName("Layer of the histograms")
        self.layer.setToolTip("Whose weights and gradients to show")
        self.layer.currentTextChanged.connect(lambda _: self._draw())
        self.weights = Chart(theme, "Weights", "weight", "count")
        self.gradients = Chart(theme, "Gradients", "gradient of the loss", "count")
        self._detail: Detail | None = None
        bar = QHBoxLayout()
        bar.addWidget(QLabel("Epoch"))
        bar.addWidget(self.slider, 1)
        bar.addWidget(self._epoch)
        choice = QHBoxLayout()
        choice.addWidget(QLabel("Layer"))
        choice.addWidget(self.layer)
        choice.addStretch(1)
        charts = QHBoxLayout()
        charts.addWidget(self.weights)
        charts.addWidget(self.gradients)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(bar)
        column.addWidget(self._about)
        column.addWidget(self.filters, 2)
        column.addLayout(choice)
        column.addLayout(charts, 3)

    def show_detail(self, detail: Detail, last: int) -> None:
        """What an epoch left; last: the number of epochs there are."""
        self._detail = detail
        self.slider.blockSignals(True)
        self.slider.setRange(1, max(last, 1))
        self.slider.setValue(detail.epoch)
        self.slider.setEnabled(last > 1)
        self.slider.blockSignals(False)
        self._epoch.setText(f"{detail.epoch} of {last}")
        self._show_filters(detail.filters)
        names = [name.removesuffix(_WEIGHTS) for name in detail.histograms if name.endswith(_WEIGHTS)]
        if [self.layer.itemText(index) for index in range(self.layer.count())] != names:
            self.layer.clear()
            self.layer.addItems(names)
        self._draw()

    def clear(self) -> None:
        """No run is on show."""
        self._detail = None
        self.slider.setEnabled(False)
        self._epoch.setText("–")
        self._about.setText(_HINT)
        self.filters.show_pictures(())
        self.layer.clear()
        self.weights.drop_curves()
        self.gradients.drop_curves()

    def _show_filters(self, filters: np.ndarray | None) -> None:
        if filters is None:
            self._about.setText("This network has no first convolution to show.")
            self.filters.show_pictures(())
            return
        height, width, channels, count = filters.shape
        kind = "grey: below 0 dark, above 0 light" if channels != 3 else "in the colours they answer to"
        self._about.setText(f"{count} first filters of {height} × {width}, {kind}")
        reach = float(np.abs(filters).max()) or 1.0
        shown = filters if channels == 3 else filters.mean(axis=2, keepdims=True)
        pixels = np.clip(127.5 + 127.5 * shown / reach, 0, 255).astype(np.uint8)
        self.filters.show_pictures([Picture(pixels[..., index], str(index + 1)) for index in range(count)])

    def _draw(self) -> None:
        if self._detail is None or not self.layer.currentText():
            return
        for chart, suffix, colour in ((self.weights, _WEIGHTS, SERIES[0]), (self.gradients, _GRADIENTS, SERIES[2])):
            histogram = self._detail.histograms.get(self.layer.currentText() + suffix)
            if histogram is not None:
                counts, edges = histogram[0][:-1], histogram[1]
                chart.set_curve(suffix.strip(), (edges[:-1] + edges[1:]) / 2, counts, colour, label=False, filled=True)
