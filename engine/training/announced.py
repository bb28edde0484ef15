"""A job whose pauses are shown in the live view and taken out of the times."""

from __future__ import annotations

import time

from engine.jobs import Job
from engine.training.live import Live


class Announced(Job):
    """Hands everything to another job; at a checkpoint that waits, the status says so."""

    def __init__(self, job: Job, live: Live) -> None:
        super().__init__()
        self._job, self._live = job, live
        self.seconds_paused = 0.0

    def report(self, done: float, total: float = 0, note: str = "") -> None:
        """To the other job."""
        self._job.report(done, total, note)

    def checkpoint(self) -> None:
        """Wait while the other job is paused; raise Cancelled once it is cancelled."""
        if self._job.paused:
            phase, began = self._live.status.phase, time.perf_counter()
            self._live.update(phase="Paused")
            try:
                self._job.checkpoint()
            finally:
                self.seconds_paused += time.perf_counter() - began
                self._live.update(phase=phase)
        self._job.checkpoint()
