"""The stack as Keras code, to read and to copy."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget


class CodePanel(QWidget):
    """Shows source code."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Keras code")
        self.text.setToolTip("Runs as it stands and gives the same numbers")
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the code to the clipboard")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        note = QLabel("The stack in Keras: runs as it stands.")
        note.setProperty("role", "muted")
        row = QHBoxLayout()
        row.addWidget(note, 1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.text, 1)

    def show_code(self, code: str) -> None:
        """Replace the code; the place on screen stays if it is the same."""
        if code != self.text.toPlainText():
            self.text.setPlainText(code)
