"""Play a file at the speed of its time stamps."""

from __future__ import annotations

import threading
import time

LATE_S = 0.5  # a taker so much slower than the file makes it play slower, instead of a race afterwards


class Pace:
    """Knows which moment of the clock belongs to which time in the file."""

    def __init__(self) -> None:
        self._start: tuple[float, float] | None = None  # (perf_counter, time in the file)

    def restart(self) -> None:
        """The next frame is shown at once, and counts as the beginning."""
        self._start = None

    def wait(self, time_s: float, wake: threading.Event) -> None:
        """Wait until the frame of a time in the file is due, or something else is wanted."""
        start = self._start
        if start is None:
            start = self._start = (time.perf_counter(), time_s)
        late = time.perf_counter() - start[0] - (time_s - start[1])
        if late > LATE_S:
            self._start = (time.perf_counter(), time_s)
        elif late < 0 and wake.wait(-late):
            wake.clear()
