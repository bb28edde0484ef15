"""Start of the window: application, theme, crash handler, then the event loop."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine import paths
from engine.quiet import divert_native_output
from gui.crash import CrashHandler
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.theme import Theme


def make_application() -> QApplication:
    """The one QApplication of the process."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(sys.argv[:1])
    app.setApplicationName("cnn-studio")
    app.setApplicationDisplayName("CNN Studio")
    return app


def start() -> int:
    """Open the window and run until it is closed; returns the exit code."""
    divert_native_output()
    _log_to_file()
    app = make_application()
    crash = CrashHandler(app)
    crash.install()
    window = MainWindow(Theme(app, Settings().text("theme", "system")), crash)
    window.show()
    # The first paint comes before this: loading TensorFlow holds the interpreter's lock for moments at a time.
    QTimer.singleShot(50, window.started)
    code = app.exec()
    crash.uninstall()
    return code


def _log_to_file() -> None:
    folder = paths.home() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "studio.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    except OSError:  # a read-only home: the log view still has everything
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
