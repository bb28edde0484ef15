"""The page of a real network: runs it on the input as far as a layer, and shows what that gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine import models
from engine.cache import KeyedCache
from engine.errors import EngineError
from engine.models import store
from engine.models.catalog import FIRST_CLASSIFIER, entries
from engine.models.preprocessing import prepare
from gui.context import AppContext
from gui.playground.exporter import Exporter
from gui.playground.live import Live
from gui.playground.network_controls import NetworkControls
from gui.playground.network_view import NetworkView
from gui.weights import WeightFetcher

if TYPE_CHECKING:
    from engine.models.activations import Activations, Captured


class NetworkPage(QWidget):
    """Runs the chosen network as far as the chosen layer and shows what it gives."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._exporter = Exporter(context, self)
        self._live = Live(context.jobs, self._failed, "playground.network")
        self._looking: KeyedCache[str, Activations] = KeyedCache(self._open, size=2)
        self._image: np.ndarray | None = None
        self._listed = ""  # the network whose layers are listed, the last good one
        self._path = ""
        self.controls = NetworkControls()
        self.controls.chooser.select(FIRST_CLASSIFIER)
        self.view = NetworkView()
        self._weights = WeightFetcher(self.controls.chooser, context.jobs, self._refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.controls.chooser.chosen.connect(lambda _: self._model_chosen())
        self.controls.layers.layer_chosen.connect(self._layer_chosen)
        self.controls.export_wanted.connect(self._export)

    @property
    def captured(self) -> Captured | None:
        """What is on show."""
        return self.view.captured

    @property
    def ready(self) -> bool:
        """Whether the newest wish is on show."""
        return self.captured is not None and not self.busy

    @property
    def busy(self) -> bool:
        """Whether the network is being run."""
        return self._live.busy

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
            self._show_nothing("The weights of this model are not here. Download or import them on the left.")
            return
        if self.captured is None:
            self.view.head.setText("Loading the network…")

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
        self._path = ""
        self.view.captured = None  # the maps stay in view until those of the next network are there
        self._refresh()

    def _layer_chosen(self, path: str) -> None:
        self._path = path
        self._refresh()

    def _captured(self, result: tuple[str, Activations, Captured]) -> None:
        reference, looking, captured = result
        if reference != self.controls.chooser.current():
            return
        self._path = captured.spot.path
        if reference != self._listed:
            self._listed = reference
            self._list_layers(looking)
        self.controls.export.setEnabled(True)
        self.view.show_captured(captured)

    def _list_layers(self, looking: Activations) -> None:
        rows, sources = [spot.path for spot in looking.spots], looking.sources
        chained = [bool(row) and rows[row - 1] in sources.get(path, ()) for row, path in enumerate(rows)]
        self.controls.layers.show_layers(looking.spots, chained, models.wiring.skips(rows, sources), self._path)
        self.controls.layers.narrow(self.controls.filter.text())

    def _show_nothing(self, why: str) -> None:
        """What is on show belongs to another network."""
        self._listed = ""
        self.controls.layers.clear()
        self.controls.export.setEnabled(False)
        self.view.clear()
        self.view.head.setText(why)

    def _export(self) -> None:
        if self.captured is not None:
            self._exporter.export(self.captured.after, self.captured.spot.path)

    def _failed(self, error: Exception) -> None:
        if self._listed and self._listed != self.controls.chooser.current():
            self.controls.chooser.select(self._listed)
            self._refresh()
        elif not self._listed:
            self._show_nothing(error.message if isinstance(error, EngineError) else "")
        if isinstance(error, EngineError):
            self._context.say(error.message, error.hint)
        else:
            self._context.jobs.failed.emit("Looking into the network", error)
