"""The tab by itself, with its first stack worked out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from gui.context import AppContext
from gui.jobs import JobRunner
from gui.playground.tab import PlaygroundTab
from gui.settings import Settings
from gui.theme import Theme


@pytest.fixture
def said() -> list[str]:
    """What the banner was asked to say."""
    return []


@pytest.fixture
def tab(qtbot, theme: Theme, said: list[str]) -> Iterator[PlaygroundTab]:
    jobs = JobRunner()
    jobs.failed.connect(lambda title, error: said.append(f"{title}: {error}"))
    tab = PlaygroundTab(
        AppContext(
            jobs, Settings(), theme, lambda *words: said.append(" ".join(words)), lambda _: None, lambda *_: None
        )
    )
    tab.resize(1280, 740)
    tab.show()
    tab.started()
    qtbot.waitUntil(lambda: bool(tab.session.stages))
    yield tab
    tab.stop()
    assert jobs.shutdown(10) == []
    tab.close()
    tab.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settle(qtbot, tab):
    """Wait until the newest stack is on show."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not tab.session.busy, timeout=20_000)

    return wait
