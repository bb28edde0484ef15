"""Work that follows a moving control: one at a time, always ending with the newest wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.jobs import JobRunner


class Live:
    """Runs the newest wish on a worker; while one runs, only the latest of the others is kept.

    Unlike a lane of the job runner nothing is cancelled, so that a slider being dragged shows results all the way.
    """

    def __init__(self, jobs: JobRunner, failed: Callable[[Exception], None], lane: str) -> None:
        self._jobs = jobs
        self._failed = failed
        self._lane = lane
        self._busy = False
        self._next: tuple[Callable[[], Any], Callable[[Any], None]] | None = None

    @property
    def busy(self) -> bool:
        """Whether a wish is being worked on or waits."""
        return self._busy

    def ask(self, work: Callable[[], Any], show: Callable[[Any], None]) -> None:
        """Run `work` on a worker and `show` its result on the GUI thread."""
        if self._busy:
            self._next = (work, show)
            return
        self._busy = True
        self._jobs.submit(
            lambda _: work(),
            lane=self._lane,
            on_result=show,
            on_error=self._failed,
            on_end=self._ended,
        )

    def _ended(self) -> None:
        self._busy = False
        following, self._next = self._next, None
        if following is not None:
            self.ask(*following)
