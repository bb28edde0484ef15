"""An unexpected error becomes a dialog with details to copy, and the program goes on."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine import __version__

log = logging.getLogger(__name__)


class CrashDialog(QDialog):
    """What happened, in one sentence, and the details."""

    def __init__(self, error: BaseException, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 400)
        said = QLabel(
            f"Unexpected error: {type(error).__name__}. You can keep working; please report it with the details below."
        )
        said.setWordWrap(True)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details of the error")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy details", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Copy the details for a bug report")
        copy.clicked.connect(lambda: QApplication.clipboard().setText(details))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(said)
        column.addWidget(self.details, 1)
        column.addWidget(buttons)


class CrashHandler(QObject):
    """Catches what no one caught, on any thread; one dialog at a time, the rest goes to the log."""

    _caught = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: CrashDialog | None = None
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._previous = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over the hooks of Python."""
        sys.excepthook = self._hook
        threading.excepthook = lambda raised: self._hook(raised.exc_type, raised.exc_value, raised.exc_traceback)

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._previous

    def report(self, error: BaseException) -> None:
        """Show an error that was caught elsewhere, such as in a job."""
        log.error("unexpected %s", type(error).__name__, exc_info=error)
        self._caught.emit(error)

    def _hook(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.report(error or kind())

    def _show(self, error: BaseException) -> None:
        if self.dialog is not None:
            return
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        details = (
            f"CNN Studio {__version__}, Python {sys.version.split()[0]}, {platform.platform()}\n\n{''.join(lines)}"
        )
        self.dialog = CrashDialog(error, details, QApplication.activeWindow())
        self.dialog.destroyed.connect(self._closed)
        self.dialog.show()

    def _closed(self) -> None:
        self.dialog = None
