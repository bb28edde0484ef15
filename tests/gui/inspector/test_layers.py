"""The layers page: feature maps, whole or in pages, and what can be asked from there."""

import psutil
import pytest

from engine.explain.layer_maps import COPIES

from .conftest import wait_for

pytestmark = pytest.mark.slow


def test_layers_show_their_maps_and_take_the_question(qtbot, inspector):
    page = inspector.layers
    inspector.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.layers.count() == 8 and page.grid.order() == list(range(64)), timeout=30_000)
    page.layers.setCurrentRow(0)
    qtbot.waitUntil(lambda: len(page.grid.order()) == 32, timeout=30_000)
    assert "conv1: 32 maps of 26 × 26" in page.about.text()
    page.explain.click()
    wait_for(qtbot, inspector, lambda found: found.layer == "conv1")
    assert inspector.pages.currentWidget() is inspector.picture


def test_a_channel_is_visualised_from_its_map(qtbot, inspector):
    page = inspector.layers
    inspector.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: len(page.grid.order()) == 64, timeout=30_000)
    page.grid.select(22)
    inspector.features.steps.setValue(16)
    page.feature.click()
    qtbot.waitUntil(
        lambda: inspector.dreaming.images is not None and inspector.features.start.isEnabled(), timeout=60_000
    )
    assert inspector.features.gallery.item(0).text() == "channel 22"


def test_maps_that_do_not_fit_into_the_memory_are_leafed_through(qtbot, inspector, monkeypatch):
    page = inspector.layers
    inspector.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.explain.isEnabled(), timeout=30_000)
    assert not page.pager.isVisible()
    (spot,) = [spot for spot in inspector.why.found.explainer.spots if spot.path == "conv2"]
    height, width, total = spot.shape
    memory = type("Memory", (), {"available": 10 * COPIES * 4 * height * width})()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    page.layers.layer_chosen.emit("conv2")
    qtbot.waitUntil(lambda: page.pager.isVisible(), timeout=30_000)
    assert page.about.text().startswith(f"conv2: 10 of its {total} maps of {height} × {width}")
    assert page.pager.note.text().startswith(f"Maps 0 to 9 of 0 to {total - 1}:")
    assert not page.pager.previous.isEnabled()
    page.pager.next.click()
    qtbot.waitUntil(lambda: "Maps 10 to 19" in page.pager.note.text(), timeout=30_000)
    wanted = []
    page.feature_wanted.disconnect()
    page.feature_wanted.connect(lambda path, channel: wanted.append((path, channel)))
    page.grid.select(3)
    page.feature.click()
    assert wanted == [("conv2", 13)]
    monkeypatch.undo()
    page.pager.previous.click()
    qtbot.waitUntil(lambda: not page.pager.isVisible(), timeout=30_000)  # there is room for all again
    assert len(page.grid.order()) == total
