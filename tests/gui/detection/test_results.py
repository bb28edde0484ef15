"""What the detection tab writes: detections, snapshots, recordings."""

from __future__ import annotations

import json
import time

import pytest
from PySide6.QtGui import QGuiApplication

from tests.gui.detection.helpers import saved

pytestmark = pytest.mark.slow


def test_results_and_snapshots_become_files(detecting, window, qtbot):
    qtbot.waitUntil(lambda: len(detecting.live.pipeline.results) > 3)
    detecting.outputs.snapshot(False)
    qtbot.waitUntil(lambda: len(saved("*.png")) == 1)
    for kind, pattern in (("json", "*.json"), ("csv", "*.csv"), ("yolo", "*-labels")):
        detecting.outputs.results(kind)
        qtbot.waitUntil(lambda p=pattern: len(saved(p)) == 1)
    data = json.loads(saved("*[0-9].json")[0].read_text())
    assert data["source"] == "synthetic"
    assert data["frames"][-1]["detections"][0]["label"] == "c"
    detecting.outputs.copy()
    assert QGuiApplication.clipboard().image().width() == 960
    detecting.outputs.inspect()
    assert window.tabs.tabText(window.tabs.currentIndex()) == "Inspector"
    assert window.tab().image.pixels.shape == (720, 960, 3)


def test_a_recording_lasts_as_long_as_it_ran(detecting, window, qtbot):
    transport = detecting.stage.transport
    transport.record.setChecked(True)
    assert transport.record.text() == "Stop recording"
    start = time.perf_counter()
    qtbot.wait(1000)
    transport.record.setChecked(False)
    lasted = time.perf_counter() - start
    qtbot.waitUntil(lambda: "Recorded" in window.banner.text())
    seconds = float(window.banner.text().split()[1])
    assert seconds == pytest.approx(lasted, abs=0.25)
    assert len(saved("*.mkv")) == 1
