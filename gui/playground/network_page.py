"""The page of a real network: every feature map of a layer, one of them large, and its cells taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine import models
from engine.cache import KeyedCache
from engine.errors import EngineError
from engine.models import store
from engine.models.catalog import FIRST_CLASSIFIER, entries
from engine.models.preprocessing import prepare
from engine.playground.networks import kernel_of, trace_real
from gui.context import AppContext
from gui.playground.arithmetic import Arithmetic
from gui.playground.cell_marks import window_marks
from gui.playground.exporter import Exporter
from gui.playground.live import Live
from gui.playground.map_view import Mark
from gui.playground.network_controls import NetworkControls
from gui.playground.stage_view import StageView
from gui.weights import WeightFetcher
from gui.widgets.feature_grid import FeatureGrid
from gui.words import count

if TYPE_CHECKING:
    from engine.models.activations import Activations, Captured

MEANING = 288  # pixels of the right column
_TILE = 72  # pixels of a map in the grid where not all fit


class NetworkPage(QWidget):
    """Runs the chosen network as far as the chosen layer and shows what it gives."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._exporter = Exporter(context, self)
        self._live = Live(context.jobs, self._failed, "playground.network")
        self._looking: KeyedCache[str, Activations] = KeyedCache(self._open, size=2)
        self._image: np.ndarray | None = None
        self._listed = ""
        self._fitted = ""  # the layer for which the size of the tiles was chosen
        self._path = ""
        self._cell: tuple[int, ...] | None = None
        self.captured: Captured | None = None
        self.controls = NetworkControls()
        self.controls.chooser.select(FIRST_CLASSIFIER)
        self.grid = FeatureGrid()
        self.kernel = FeatureGrid("Kernel slices")
        self.kernel.set_tile(40)
        self.kernel.setFixedHeight(126)
        self.large = StageView("Map")
        self.source = StageView("Its input")
        self.arithmetic = Arithmetic()
        self.head = QLabel()
        self.head.setProperty("role", "title")
        self.kernel_label = QLabel()
        self.kernel_label.setProperty("role", "muted")
        self._weights = WeightFetcher(self.controls.chooser, context.jobs, self._refresh)
        self._build()
        self._connect()

    @property
    def ready(self) -> bool:
        """Whether the newest wish is on show."""
        return self.captured is not None and not self.busy

    @property
    def busy(self) -> bool:
        """Whether the network is being run."""
        return self._live.busy

    def _build(self) -> None:
        self.sort = QCheckBox("Most active first")
        self.sort.setToolTip("Sort the maps by their mean activation")
        self.shared = QCheckBox("One colour scale")
        self.shared.setToolTip("Off: every map uses all of the colours by itself")
        self.shared.setChecked(True)
        self.tile = QSlider(Qt.Orientation.Horizontal)
        self.tile.setRange(24, 160)
        self.tile.setValue(_TILE)
        self.tile.setFixedWidth(96)
        self.tile.setAccessibleName("Size of the maps")
        self.tile.setToolTip("Size of the maps in the grid")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for widget in (self.sort, self.shared, self.tile):
            row.addWidget(widget)
        centre = QVBoxLayout()
        centre.setSpacing(8)
        centre.addWidget(self.head)
        centre.addLayout(row)
        centre.addWidget(self.grid, 1)
        centre.addWidget(self.arithmetic)
        right = QWidget()
        right.setFixedWidth(MEANING)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.source, 1)
        column.addWidget(self.large, 1)
        column.addWidget(self.kernel_label)
        column.addWidget(self.kernel)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addLayout(centre, 1)
        whole.addWidget(right)
        self._answers = (self.grid, self.arithmetic, right)
        for part in self._answers:  # the head stays where it is when they are hidden
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)

    def _connect(self) -> None:
        self.controls.chooser.chosen.connect(lambda _: self._model_chosen())
        self.controls.layers.layer_chosen.connect(self._layer_chosen)
        self.controls.export_wanted.connect(self._export)
        self.grid.picked.connect(self._map_chosen)
        self.sort.toggled.connect(self.grid.sort_by_mean)
        self.shared.toggled.connect(self.grid.share_scale)
        self.shared.toggled.connect(self.large.share_scale)
        self.tile.valueChanged.connect(self.grid.set_tile)
        self.large.pointed.connect(self._pointed)
        self.large.picked.connect(lambda r, c: self._take_apart(self.large.cell_at(r, c)))
        self.large.stepped.connect(self._stepped)
        self.large.channel_changed.connect(self._channel_chosen)
        self.kernel.picked.connect(self._slice_chosen)

    # What goes in

    def show_input(self, image: np.ndarray) -> None:
        """Another RGB uint8 image (H, W, 3) for the network."""
        self._image = image
        self._refresh()

    def open_model(self, path: Path) -> None:
        """A network file of the person's own."""
        self.controls.chooser.select(str(path))
        self._model_chosen()

    def _refresh(self) -> None:
        reference, path, image = self.controls.chooser.current(), self._path, self._image
        known = entries().get(reference)
        if image is None:
            return
        if known is not None and store.weights_path(known) is None:
            self._show_nothing()
            self.head.setText("The weights of this model are not here. Download or import them on the left.")
            return
        if self.captured is None:
            self.head.setText("Loading the network…")

        def work() -> tuple[str, Activations, Captured]:
            looking = self._looking.get(reference)
            wanted = path or next((s.path for s in looking.spots if s.kind == "Conv2D"), looking.spots[-1].path)
            card = self._context.models.get((reference, None, None)).card
            tensor = prepare(image, card.preprocessing).tensor
            return reference, looking, looking.capture(tensor, wanted)

        self._live.ask(work, self._captured)

    def _open(self, reference: str) -> Activations:
        """Called on a worker."""
        return models.activations.Activations(self._context.models.get((reference, None, None)).network)

    def _model_chosen(self) -> None:
        self._path, self._cell, self.captured = "", None, None
        self._refresh()

    def _show_nothing(self) -> None:
        """What was on show belongs to another network."""
        self.captured, self._listed = None, ""
        self.controls.layers.clear()
        self._show_answers(False)

    def _show_answers(self, shown: bool) -> None:
        self.controls.export.setEnabled(shown)
        for part in self._answers:
            part.setVisible(shown)

    def _layer_chosen(self, path: str) -> None:
        self._path, self._cell = path, None
        self._refresh()

    # What comes out

    def _captured(self, result: tuple[str, Activations, Captured]) -> None:
        reference, looking, captured = result
        if reference != self.controls.chooser.current():
            return
        if self.captured is None or self.captured.after.shape != captured.after.shape:
            self._cell = None  # of maps of another size
        self.captured = captured
        self._show_answers(True)
        self._path = captured.spot.path
        if reference != self._listed:
            self._listed = reference
            self._list_layers(looking)
        after = captured.after
        self.grid.show_maps(after if after.ndim == 3 else after.reshape(1, 1, -1))
        if self._path != self._fitted:
            self._fitted = self._path
            self.tile.setValue(self.grid.fitting_tile(_TILE, self.tile.maximum()))
        zero = f", {self.grid.zero_maps} zero everywhere" if self.grid.zero_maps else ""
        shape = " × ".join(map(str, after.shape))
        self.head.setText(f"{self._path.rsplit('/', 1)[-1]}  ({captured.spot.kind})  {shape}{zero}")
        self.large.show_stage(after, "Map")
        if captured.before is not None:
            self.source.show_stage(captured.before, "Its input")
        self.source.setVisible(captured.before is not None)
        if self.grid.selected < 0:
            self.grid.select(0)
        else:
            self._map_chosen(self.grid.selected)

    def _list_layers(self, looking: Activations) -> None:
        rows, sources = [spot.path for spot in looking.spots], looking.sources
        chained = [bool(row) and rows[row - 1] in sources.get(path, ()) for row, path in enumerate(rows)]
        self.controls.layers.show_layers(looking.spots, chained, models.wiring.skips(rows, sources), self._path)
        self.controls.layers.narrow(self.controls.filter.text())

    def _map_chosen(self, channel: int) -> None:
        if self.captured is None:
            return
        after = self.captured.after
        if after.ndim == 3:
            self.large.set_channel(channel)
            self.large.title.setText(f"Map {channel}")
        slices = kernel_of(self.captured.layer, channel)
        self.kernel.setVisible(slices is not None)
        self.kernel_label.setVisible(slices is not None)
        if slices is not None:
            self.kernel_label.setText(
                f"Kernel: {count(slices.shape[2], 'slice')} of {slices.shape[0]} × {slices.shape[1]}"
            )
            self.kernel.show_maps(slices)
        if after.ndim == 1:
            self._take_apart((channel,))
        elif self._cell is not None:
            self._take_apart((*self._cell[:2], channel))
        else:
            self._take_apart((after.shape[0] // 2, after.shape[1] // 2, channel))

    def _slice_chosen(self, channel: int) -> None:
        self.source.set_channel(channel)
        self._take_apart(self._cell)

    def _pointed(self, place: tuple[int, int] | None) -> None:
        if place is not None:
            self._take_apart(self.large.cell_at(*place))

    def _channel_chosen(self, channel: int) -> None:
        if channel >= 0:
            self.grid.select(channel)

    def _stepped(self, rows: int, columns: int) -> None:
        if self.captured is not None and self._cell is not None and len(self._cell) == 3:
            height, width = self.captured.after.shape[:2]
            row, column = self._cell[0] + rows, self._cell[1] + columns
            self._take_apart((min(max(row, 0), height - 1), min(max(column, 0), width - 1), self._cell[2]))

    def _take_apart(self, cell: tuple[int, ...] | None) -> None:
        captured = self.captured
        if captured is None or cell is None or len(cell) != captured.after.ndim:
            return
        self._cell = cell
        row, column = self.large.place_of(cell)
        self.large.mark([Mark(row, column, row, column, "cell")])
        real = trace_real(captured.layer, captured.before, captured.after, cell)
        if real is None:
            self.arithmetic.show_trace(None)
            self.arithmetic.say(f"The arithmetic of {captured.spot.kind} is not shown cell by cell.")
            self.source.mark(())
            return
        self.source.mark(window_marks(real.trace) if self.source.values.ndim == 3 else ())
        place = ", ".join(map(str, cell))
        self.arithmetic.show_trace(real.trace, f"Cell {place}", max(self.source.channel, 0), real.after)

    def _export(self) -> None:
        if self.captured is not None:
            self._exporter.export(self.captured.after, self.captured.spot.path)

    def _failed(self, error: Exception) -> None:
        if self._listed and self._listed != self.controls.chooser.current():
            self.controls.chooser.select(self._listed)  # the last good one
            self._refresh()
        elif not self._listed:
            self._show_nothing()
        if isinstance(error, EngineError):
            self.head.setText(error.message)
            self._context.say(error.message, error.hint)
        else:
            self._context.jobs.failed.emit("Looking into the network", error)
