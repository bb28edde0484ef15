"""Draw lines and zones on the picture, to count what passes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.errors import EngineError
from gui.context import AppContext
from gui.detection.controls import Controls
from gui.detection.live import Live
from gui.detection.panel import Panel
from gui.detection.stage import Stage


class Marking(QObject):
    """Turns clicks on the stage into lines and zones of the pipeline."""

    def __init__(self, context: AppContext, live: Live, stage: Stage, controls: Controls, panel: Panel) -> None:
        super().__init__(stage)
        self._context, self._live, self._stage = context, live, stage
        self._controls, self._panel = controls, panel
        stage.shapes.drawn.connect(self._drawn)
        panel.line_wanted.connect(lambda: self.begin("line"))
        panel.zone_wanted.connect(lambda: self.begin("zone"))
        panel.clear_wanted.connect(live.clear_shapes)

    def begin(self, kind: str) -> None:
        """Take the next clicks for a "line" or a "zone"; what passes is followed from now on."""
        self._controls.track.setChecked(True)
        self._panel.counting.toggle.setChecked(True)
        self._stage.shapes.begin(kind)

    def _drawn(self, kind: str, points: list[tuple[float, float]]) -> None:
        places = tuple(self._stage.to_source(point) for point in points)
        try:
            if kind == "line":
                self._live.add_line(places[0], places[1])
            else:
                self._live.add_zone(places)
        except EngineError as error:
            self._context.say(error.message, error.hint)
