"""A window for tests: fresh settings, no TensorFlow unless a test asks for it, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from gui.main_window import MainWindow
from gui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme."""
    return Theme(qapp, "light")


@pytest.fixture
def make_window(qapp: QApplication, theme: Theme) -> Iterator[Callable[[], MainWindow]]:
    """Opens windows and closes them properly at the end."""
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(theme)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        if isValid(window):
            close(window)


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """An open window."""
    return make_window()


def close(window: MainWindow) -> None:
    """Close a window and wait until its jobs have ended."""
    for _ in range(1200):
        if window.close():
            break
        wait(50)
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wait(1)


def wait(milliseconds: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@pytest.fixture(autouse=True)
def no_leaked_widgets(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves top-level widgets or running timers behind."""
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [w for w in QApplication.topLevelWidgets() if id(w) not in before and w.isVisible()]
    assert not left, f"widgets left open: {left}"
    owners = [qapp, *(widget for widget in QApplication.allWidgets() if not widget.isVisible())]
    timers = [timer for owner in owners for timer in owner.findChildren(QTimer) if timer.isActive()]
    assert not timers, f"timers left running: {timers}"
