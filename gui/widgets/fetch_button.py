"""The button that fetches a model: the one that is needed, or another that is suggested."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton


class FetchButton(QPushButton):
    """Hidden while there is nothing to fetch; it stands out where nothing works without it."""

    def offer(self, text: str, needed: bool) -> None:
        """Show what would be fetched."""
        self.setText(text)
        self.setProperty("primary", needed)
        self.style().polish(self)
        self.show()

    def withdraw(self) -> None:
        """There is nothing to fetch."""
        self.hide()
