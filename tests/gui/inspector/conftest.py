"""The Inspector with a digit explained, and how a person chooses."""

import pytest

from engine.samples import SAMPLES


@pytest.fixture
def inspector(window, qtbot):
    """The tab with a digit explained."""
    tab = window.all_tabs()[0]
    tab.open_sample(SAMPLES["digit-8"])
    qtbot.waitUntil(lambda: tab.why.found is not None, timeout=60_000)
    return tab


def choose(box, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def wait_for(qtbot, tab, condition):
    qtbot.waitUntil(lambda: tab.why.found is not None and condition(tab.why.found.explanation), timeout=30_000)
