"""A click on a box holds the picture and shows what the box's score rests on."""

from __future__ import annotations

import numpy as np

from engine.detection.drawing import caption
from engine.detection.explain import Heat
from engine.detection.view import View
from gui.context import AppContext
from gui.detection.figures import Figures
from gui.detection.live import Live
from gui.detection.stage import Stage

_LANE = "detection.explain"


class Explaining:
    """From the click to the heat map and back."""

    def __init__(self, context: AppContext, live: Live, stage: Stage, figures: Figures) -> None:
        self._context, self._live, self._stage, self._figures = context, live, stage, figures
        stage.transport.held.connect(self._held)

    def begin(self, view: View, index: int) -> None:
        """Explain one box of the view on screen."""
        detector = self._live.detector
        if detector is None:
            return
        self._stage.transport.hold.setChecked(True)
        what = caption(view.found, index, view.label)
        self._figures.say_over_picture(f"Looking at what speaks for “{what}”…")
        self._context.jobs.submit(
            lambda job: view.explained(detector, index, job),
            title="Explaining a detection",
            lane=_LANE,
            on_result=lambda answer: self._show(what, *answer),
            on_error=self._failed,
        )

    def _show(self, what: str, heat: Heat, pixels: np.ndarray) -> None:
        if not self._stage.transport.hold.isChecked():
            return
        if heat.empty:
            self._figures.say_over_picture(f"Nothing on the picture speaks for “{what}” ({heat.method}).")
            return
        where = f" at {heat.layer}" if heat.layer else ""
        self._stage.show_heat(pixels)
        text = f"What speaks for “{what}”. {heat.method}{where}. Press Space to resume."
        self._figures.say_over_picture(text)

    def _failed(self, error: Exception) -> None:
        self._figures.say_over_picture("")
        self._context.jobs.failed.emit("Explaining a detection", error)

    def _held(self, held: bool) -> None:
        if not held:
            self._context.jobs.cancel_lane(_LANE)
            self._figures.say_over_picture("")
