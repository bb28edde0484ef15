"""The running jobs in the status bar: what, how far, and a button that cancels."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from gui.jobs import JobRunner, Ticket


class JobBar(QWidget):
    """Shows the newest job that has a title; hidden while there is none."""

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._ticket: Ticket | None = None
        self._note = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the running job")
        self._cancel = QPushButton("Cancel")
        self._cancel.setToolTip("Stop the running job")
        self._cancel.setAccessibleName("Cancel the running job")
        self._cancel.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._note, self._bar, self._cancel):
            row.addWidget(widget)
        self._cancel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        jobs.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the jobs now."""
        titled = [ticket for ticket in self._jobs.running() if ticket.title and not ticket.job.cancelled]
        self._ticket = titled[-1] if titled else None
        self.setVisible(self._ticket is not None)
        if self._ticket is None:
            return
        progress = self._ticket.progress
        others = f" (+{len(titled) - 1})" if len(titled) > 1 else ""
        self._note.setText((progress.note or self._ticket.title) + others)
        self._bar.setRange(0, 1000 if progress.fraction is not None else 0)
        self._bar.setValue(round(1000 * (progress.fraction or 0)))

    def _stop(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self.refresh()
