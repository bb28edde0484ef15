"""The detection tab, and the same with a detector that always finds one box."""

from __future__ import annotations

import pytest

from gui.detection.tab import DetectionTab
from tests.engine.detection.test_pipeline import fixed


@pytest.fixture
def tab(window, qtbot):
    """The tab in front, with its first picture on screen."""
    tab = window.show_tab("Detection")
    assert isinstance(tab, DetectionTab)
    qtbot.waitUntil(lambda: tab.stage.view is not None, timeout=10_000)
    return tab


@pytest.fixture
def detecting(tab, qtbot):
    """The same with a detector that finds one box of class "c" in every picture."""
    qtbot.waitUntil(lambda: tab.live.detector is not None, timeout=20_000)
    tab.live.use(fixed())
    tab.desk.loaded.emit(tab.live.detector)
    tab.controls.describe(tab.live.detector)
    qtbot.waitUntil(lambda: len(tab.stage.view.found) == 1)
    return tab
