"""Wires the layers page: the wiring of the model in use, and the activations of the layer that is clicked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.explain import layer_maps
from gui.context import AppContext
from gui.inspector.layers_page import LayersPage
from gui.inspector.why import Why

LANE = "inspector.layers"
WIRING_LANE = "inspector.wiring"


class Layering(QObject):
    """Follows the map on show; works only while its page is in front."""

    def __init__(self, context: AppContext, why: Why, page: LayersPage) -> None:
        super().__init__(why)
        self.context = context
        self.why = why
        self.page = page
        self._listed: Any = None  # the explainer whose layers are listed
        self._chosen: str | None = None
        page.layer_chosen.connect(self.show_layer)
        page.page_wanted.connect(self.show_layer)
        why.found_changed.connect(lambda _: self.refresh())
        why.model_changed.connect(self.forget)

    def refresh(self) -> None:
        """List the layers of the model in use and show the chosen one for the image on show."""
        found = self.why.found
        if found is None or not self.page.isVisible():
            return
        if self._listed is not found.explainer:
            self._listed, self._chosen = found.explainer, None
            self.context.jobs.submit(
                lambda _: layer_maps.wired_layers(found.explainer),
                lane=WIRING_LANE,
                on_result=self._show_wiring,
            )
        self.show_layer(self._chosen or found.explanation.layer or found.explainer.default_layer or "")

    def forget(self) -> None:
        """Another model: its layers are listed once it has an answer."""
        for lane in (LANE, WIRING_LANE):
            self.context.jobs.cancel_lane(lane)
        self._listed = self._chosen = None
        self.page.clear()

    def _show_wiring(self, wired: tuple[Any, Any, Any]) -> None:
        spots, chained, skips = wired
        self.page.layers.show_layers(spots, chained, skips, self._chosen or "")

    def show_layer(self, path: str, first: int = 0) -> None:
        """Show the activations of a layer, from a channel on where they do not all fit into the memory."""
        found = self.why.found
        if found is None or not path:
            return
        self._chosen = path
        self.context.jobs.submit(
            lambda _: layer_maps.layer_maps(found, path, first),
            title=f"Activations of {path}",
            lane=LANE,
            on_result=self.page.show_maps,
            on_error=self._failed,
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EngineError):
            self.page.show_problem(str(error))
        else:
            self.context.jobs.failed.emit("Activations", error)
