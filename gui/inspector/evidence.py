"""Wires what stands beside a map to it: the checks, the channels, the box of the pointing game."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.explain import beside
from engine.explain.asking import Found
from engine.explain.beside import Checked
from engine.explain.faithfulness import pointing
from gui.context import AppContext
from gui.inspector.box_drawing import BoxDrawing
from gui.inspector.channels_panel import ChannelsPanel
from gui.inspector.check_panel import CheckPanel
from gui.inspector.why import Why

LANE = "inspector.check"


class Evidence(QObject):
    """Everything here is about the map on show and goes when it goes."""

    def __init__(self, context: AppContext, why: Why, checks: CheckPanel, channels: ChannelsPanel) -> None:
        super().__init__(why)
        self.context = context
        self.why = why
        self.checks = checks
        self.channels = channels
        self.checked: Checked | None = None
        self.box = BoxDrawing(why.page.view)
        why.found_changed.connect(self._changed)
        checks.check_wanted.connect(self.check)
        checks.box_wanted.connect(self.box.activate)
        self.box.drawn.connect(self.point)
        channels.picked.connect(self.show_channel)

    def check(self) -> None:
        """Run all checks of the map on show."""
        found = self.why.found
        if found is None:
            return
        self.checks.show_busy("Checking…")
        self.context.jobs.submit(
            lambda job: beside.check(found, job),
            title="Checking the map",
            lane=LANE,
            on_result=self._checked,
            on_progress=lambda progress: self.checks.show_busy(progress.note),
            on_error=self._failed,
        )

    def point(self, box: tuple[float, float, float, float]) -> None:
        """Play the pointing game with a box in image pixels."""
        if self.why.found is not None:
            self.checks.show_pointing(pointing(self.why.found.placed.values, box))

    def show_channel(self, channel: int | None) -> None:
        """Show one channel's part of the map on the picture, or the whole map again."""
        found = self.why.found
        if found is not None:
            self.why.page.show_part(found.placed if channel is None else beside.one_channel(found, channel))

    def _changed(self, found: Found | None) -> None:
        self.context.jobs.cancel_lane(LANE)
        self.checked = None
        self.checks.clear(found is not None)
        self.box.clear()
        parts = [] if found is None else beside.strongest_channels(found)
        total = (
            0 if found is None or found.explanation.contributions is None else found.explanation.contributions.shape[-1]
        )
        self.channels.show_channels(parts, total)

    def _checked(self, result: Checked) -> None:
        self.checked = result
        self.checks.show_checks(result.curves, result.kept, (result.passed, result.sentence))

    def _failed(self, error: Exception) -> None:
        self.checks.clear(self.why.found is not None)
        self.context.jobs.failed.emit("Checking the map", error)
