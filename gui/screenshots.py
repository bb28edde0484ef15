"""Pictures of every tab, light and dark, with real content, rendered without a display."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop

from engine.errors import EngineError, InvalidSetting
from gui.app import make_application
from gui.main_window import MainWindow
from gui.tab import Scene, Tab
from gui.tabs import TABS
from gui.theme import Theme

PATIENCE = 120.0  # seconds a scene may take; the first one loads TensorFlow
SETTLE = 0.3  # seconds of quiet after a scene is ready


def take(folder: Path, size: tuple[int, int], only: str | None = None) -> list[Path]:
    """Render the scenes of all tabs (or of the one titled `only`) in both themes; returns the files written.

    Raises InvalidSetting where no tab is titled `only`, EngineError when a scene does not become ready.
    """
    titles = [spec.title for spec in TABS]
    if only is not None and only.lower() not in map(str.lower, titles):
        raise InvalidSetting(f"There is no tab “{only}”.", f"The tabs are {', '.join(titles)}.")
    folder.mkdir(parents=True, exist_ok=True)
    theme = Theme(make_application(), "light")
    window = MainWindow(theme)
    window.resize(*size)
    window.show()
    window.started()
    written: list[Path] = []
    try:
        for spec in TABS:
            if only is None or spec.title.lower() == only.lower():
                tab = window.show_tab(spec.title)
                for scene in tab.scenes():
                    written += _both_themes(window, theme, tab, scene, folder)
    finally:
        while not window.close():
            _run_events(0.05)
        window.deleteLater()
        _run_events(0.05)
    return written


def _both_themes(window: MainWindow, theme: Theme, tab: Tab, scene: Scene, folder: Path) -> list[Path]:
    scene.prepare()
    deadline = time.monotonic() + PATIENCE
    while not scene.ready():
        if time.monotonic() > deadline:
            raise EngineError(f"The scene “{scene.name}” of {tab.title} did not become ready.", "See the log.")
        _run_events(0.05)
    files = []
    for mode in ("light", "dark"):
        theme.use(mode)
        _run_events(SETTLE)
        path = folder / f"{tab.title.lower().replace(' ', '-')}-{scene.name}-{mode}.png"
        window.grab().save(str(path))
        files.append(path)
    return files


def _run_events(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.005)
