"""A line under the tabs that says what went wrong and what to do, until it is closed or replaced."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class Banner(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton("Dismiss")
        close.setToolTip("Close this message")
        close.setAccessibleName("Dismiss message")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(close)
        self.hide()

    def say(self, message: str, hint: str = "") -> None:
        """Show a message; an empty one hides the banner."""
        self._text.setText(f"{message} {hint}".strip())
        self.setAccessibleDescription(self._text.text())
        self.setVisible(bool(message))

    def text(self) -> str:
        """What it says, or "" while hidden."""
        return "" if self.isHidden() else self._text.text()
