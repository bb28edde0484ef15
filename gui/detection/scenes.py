"""States of the Detection tab worth a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gui.tab import Scene

if TYPE_CHECKING:
    from gui.detection.tab import DetectionTab


def detection_scenes(tab: DetectionTab) -> Sequence[Scene]:
    """The first start; where there is a detector also objects that are followed past a line, and why one was found."""
    scenes = [Scene("start", lambda: None, lambda: _is_alive(tab))]
    if not tab.controls.model.missing():
        scenes.append(Scene("tracking", lambda: _show_counting(tab), lambda: _is_counting(tab)))
        scenes.append(Scene("why", lambda: _show_why(tab), lambda: _is_explained(tab)))
    return scenes


def _is_alive(tab: DetectionTab) -> bool:
    seen = tab.stage.view
    return seen is not None and (tab.controls.model.missing() or len(seen.found) > 0)


def _show_counting(tab: DetectionTab) -> None:
    tab.marking.begin("line")
    tab.stage.shapes.give_up()
    tab.live.add_line((480.0, 40.0), (480.0, 680.0))


def _is_counting(tab: DetectionTab) -> bool:
    pipeline = tab.live.pipeline
    return pipeline is not None and len(pipeline.results) > 120 and pipeline.detector is not None


def _show_why(tab: DetectionTab) -> None:
    view = tab.stage.view
    if view is not None and len(view.found):
        tab.explain(int(view.found.score.argmax()))


def _is_explained(tab: DetectionTab) -> bool:
    return "What speaks for" in tab.stage.picture.notice.text.text()
