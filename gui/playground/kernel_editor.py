"""The kernel of a convolution: presets, size, filters and channels, and the grid of numbers itself."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.playground.kernels import LARGEST_SIDE, PRESETS, Wave, make_kernel, recognise
from engine.playground.layers.convolution import MOST_FILTERS, KernelLayer
from gui.playground.number_grid import NumberGrid
from gui.widgets.form import Form

_OWN = "own numbers"


class KernelEditor(QWidget):
    """Emits a layer with another kernel; messages say why a typed number was not taken."""

    changed = Signal(object, str)  # KernelLayer and the gesture it belongs to
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layer: KernelLayer | None = None
        self._input_channels = 1
        self.preset = QComboBox()
        self.preset.setAccessibleName("Kernel preset")
        self.preset.setToolTip("Fill the grid with a known kernel")
        self.preset.addItem(_OWN)
        for name, preset in PRESETS.items():
            self.preset.addItem(preset.title, name)
            self.preset.setItemData(self.preset.count() - 1, preset.about, Qt.ItemDataRole.ToolTipRole)
        self.preset.activated.connect(self._preset_chosen)
        self.height_box, self.width_box = self._side("Kernel height"), self._side("Kernel width")
        self.grid = NumberGrid("Kernel")
        self.grid.edited.connect(self._grid_edited)
        self.grid.refused.connect(self.refused)
        self.angle = self._slider("Angle", 0, 180, "Direction in degrees: 0 points right, 90 down")
        self.wavelength = self._slider("Wavelength", 4, 40, "Pixels from crest to crest: 2 to 20, in steps of 0.5")
        self.seed = self._slider("Seed", 0, 99, "Another seed draws other numbers")
        self._sliders = {"angle": self.angle, "wavelength": self.wavelength, "seed": self.seed}
        self.filter_box = self._counter("Filters", 1, MOST_FILTERS, "How many kernels; each makes an output channel")
        self.filter_box.valueChanged.connect(lambda n: self._change(lambda layer: layer.with_filters(n)))
        self.shown_filter = self._counter("Filter shown", 1, 1, "The filter in the grid")
        self.shown_filter.valueChanged.connect(lambda _: self._show_grid())
        self.channel = QComboBox()
        self.channel.setAccessibleName("Kernel channel")
        self.channel.setToolTip("One grid for all input channels, or a grid for each")
        self.channel.activated.connect(self._channel_chosen)
        self._build()

    def _build(self) -> None:
        size = QHBoxLayout()
        size.setSpacing(4)
        size.addWidget(self.height_box, 1)
        size.addWidget(QLabel("×"))
        size.addWidget(self.width_box, 1)
        filters = QHBoxLayout()
        filters.setSpacing(4)
        filters.addWidget(self.filter_box, 1)
        filters.addWidget(QLabel("show"))
        filters.addWidget(self.shown_filter, 1)
        self.form = Form()
        self.form.setSpacing(8)
        self.form.addRow("Kernel", self.preset)
        self.form.addRow("Angle", self.angle)
        self.form.addRow("Wavelength", self.wavelength)
        self.form.addRow("Seed", self.seed)
        self.form.addRow("Size", size)
        self.form.addRow("Filters", filters)
        self.form.addRow("Channels", self.channel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self.form)
        column.addWidget(self.grid)

    def show_layer(self, layer: KernelLayer, input_channels: int) -> None:
        """Show a layer's kernel without telling."""
        self._layer, self._input_channels = layer, input_channels
        height, width, channels, filters = layer.kernel.shape
        for box, value in ((self.height_box, height), (self.width_box, width), (self.filter_box, filters)):
            with QSignalBlocker(box):
                box.setValue(value)
        with QSignalBlocker(self.shown_filter):
            self.shown_filter.setMaximum(filters)
        self.shown_filter.setEnabled(filters > 1)
        wanted = ["one grid for all", *(f"channel {c}" for c in range(input_channels))] if input_channels > 1 else ["1"]
        if [self.channel.itemText(i) for i in range(self.channel.count())] != wanted:
            self.channel.clear()
            self.channel.addItems(wanted)
        if channels == 1:
            self.channel.setCurrentIndex(0)
        elif self.channel.currentIndex() == 0:
            self.channel.setCurrentIndex(1)
        self.form.setRowVisible(self.channel, input_channels > 1)
        self._recognise(layer)
        self._show_grid()

    def _recognise(self, layer: KernelLayer) -> None:
        """Name the preset that the grid is, and let the sliders follow it."""
        found = recognise(layer.kernel[:, :, 0, 0], self._wave(), self.preset.currentData())
        self.preset.setCurrentIndex(self.preset.findData(found[0]) if found else 0)
        if found:
            for slider, value in ((self.angle, found[1].angle), (self.wavelength, 2 * found[1].wavelength)):
                with QSignalBlocker(slider):
                    slider.setValue(round(value))
        reads = PRESETS[found[0]].reads if found else ()
        for key, slider in self._sliders.items():
            self.form.setRowVisible(slider, key in reads)

    def _wave(self) -> Wave:
        return Wave(float(self.angle.value()), self.wavelength.value() / 2, self.seed.value())

    def _made(self, name: str, height: int, width: int) -> np.ndarray | None:
        try:
            return make_kernel(name, height, width, self._wave())
        except EngineError:
            return None  # too small for this preset

    def _show_grid(self) -> None:
        if self._layer is not None:
            self.grid.show_numbers(self._layer.kernel[:, :, self._channel(), self._filter()])

    def _channel(self) -> int:
        assert self._layer is not None
        return 0 if self._layer.kernel.shape[2] == 1 else max(self.channel.currentIndex() - 1, 0)

    def _filter(self) -> int:
        assert self._layer is not None
        return min(self.shown_filter.value(), self._layer.kernel.shape[3]) - 1

    def _preset_chosen(self, _: int) -> None:
        name = self.preset.currentData()
        if name is None:
            return
        layer = self._layer
        assert layer is not None
        height, width = layer.kernel.shape[:2]
        if min(height, width) < PRESETS[name].least or name in ("gaussian", "motion", "gabor"):
            height = width = PRESETS[name].size
        self._put(name, height, width, "")

    def _put(self, name: str, height: int, width: int, gesture: str) -> None:
        grid = self._made(name, height, width)
        if grid is not None:
            self._change(lambda layer: layer.with_grid(grid, self._channel(), self._filter()), gesture)

    def _wave_moved(self) -> None:
        name = self.preset.currentData()
        if name and self._layer is not None:
            self._put(name, self._layer.kernel.shape[0], self._layer.kernel.shape[1], "wave")

    def _size_changed(self) -> None:
        height, width, name = self.height_box.value(), self.width_box.value(), self.preset.currentData()
        if name and self._made(name, height, width) is not None:
            self._put(name, height, width, "size")
        else:
            self._change(lambda layer: layer.resized(height, width), "size")

    def _channel_chosen(self, index: int) -> None:
        assert self._layer is not None
        wanted = 1 if index == 0 else self._input_channels
        if self._layer.kernel.shape[2] != wanted:
            self._change(lambda layer: layer.with_channels(wanted))
        self._show_grid()

    def _grid_edited(self, numbers: np.ndarray) -> None:
        self._change(lambda layer: layer.with_grid(numbers, self._channel(), self._filter()))

    def _change(self, change, gesture: str = "") -> None:  # type: ignore[no-untyped-def]
        try:
            self.changed.emit(change(self._layer), gesture)
        except EngineError as error:
            self.refused.emit(str(error))

    def _side(self, name: str) -> QSpinBox:
        box = self._counter(name, 1, LARGEST_SIDE, f"{name} in cells, 1 to {LARGEST_SIDE}")
        box.valueChanged.connect(lambda _: self._size_changed())
        return box

    def _counter(self, name: str, low: int, high: int, about: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(low, high)
        box.setAccessibleName(name)
        box.setToolTip(about)
        return box

    def _slider(self, name: str, low: int, high: int, about: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setValue({"Wavelength": 8}.get(name, 0))
        slider.setAccessibleName(name)
        slider.setToolTip(about)
        slider.valueChanged.connect(lambda _: self._wave_moved())
        return slider
