"""The log on screen: the last lines of what the program noted, for a look or a bug report."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDockWidget, QPlainTextEdit, QWidget

LINES = 2000


class _Relay(QObject):
    line = Signal(str)


class LogHandler(logging.Handler):
    """Passes log lines to the GUI thread."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s  %(levelname)-7s  %(name)s  %(message)s", "%H:%M:%S"))
        self.relay = _Relay()

    def emit(self, record: logging.LogRecord) -> None:
        """Called on any thread."""
        self.relay.line.emit(self.format(record))


class LogView(QDockWidget):
    """A dock with the last lines; listens from its creation to `stop`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Log", parent)
        self.setObjectName("log")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(LINES)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Log")
        self.setWidget(self.text)
        self._handler = LogHandler()
        self._handler.relay.line.connect(self.text.appendPlainText, Qt.ConnectionType.QueuedConnection)
        logging.getLogger().addHandler(self._handler)

    def stop(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self._handler)
