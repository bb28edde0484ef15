"""The one bridge between the window and worker threads: submit work, get its outcome on the GUI thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from engine.errors import Cancelled
from engine.jobs import Job, Progress

log = logging.getLogger(__name__)

WORKERS = 4  # a download, a classification, thumbnails and one to spare; more would only fight for the cores


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the submitter wants to be told."""

    result: Callable[[Any], None] | None
    error: Callable[[Exception], None] | None
    progress: Callable[[Progress], None] | None
    end: Callable[[], None] | None


class Ticket:
    """One submitted piece of work; everything here is for the GUI thread."""

    def __init__(self, title: str, lane: str | None, generation: int) -> None:
        self.title = title  # what the status bar says; empty for work not worth a mention
        self.lane = lane
        self.generation = generation
        self.progress = Progress(0, 0)
        self.job = Job(self._reported)
        self.future: Future[Any] | None = None
        self._notify: Callable[[], None] | None = None
        self._told = threading.Event()  # a progress signal is on its way: more would only queue up

    def cancel(self) -> None:
        """Ask the work to end at its next checkpoint; its outcome is dropped."""
        self.job.cancel()
        if self.future is not None:
            self.future.cancel()

    def _reported(self, progress: Progress) -> None:
        self.progress = progress
        if self._notify is not None and not self._told.is_set():
            self._told.set()
            self._notify()


class JobRunner(QObject):
    """Runs engine functions on worker threads and delivers results, errors and progress on the GUI thread.

    Work in the same lane supersedes: a newer submit cancels the older, whose late outcome is dropped.
    """

    changed = Signal()  # a job started, progressed or ended
    failed = Signal(str, object)  # title and exception of work submitted without on_error
    _ended = Signal(object, object, object)  # ticket, result, exception
    _progressed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="studio-job")
        self._running: list[Ticket] = []
        self._generations: dict[str, int] = {}
        self._handlers: dict[Ticket, _Handlers] = {}
        self._closed = False
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self._deliver_progress, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[Job], Any],
        *,
        title: str = "",
        lane: str | None = None,
        on_result: Callable[[Any], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> Ticket:
        """Run `work(job)` on a worker thread; the callbacks run on the GUI thread.

        Touch heavy engine attributes inside `work` only: the first use of one imports TensorFlow. A cancelled job
        calls on_end only, which always comes, after the others, until `shutdown`. Without on_error, an exception goes
        to `failed`.
        """
        generation = 0
        if lane is not None:
            self.cancel_lane(lane)
            generation = self._generations[lane]
        ticket = Ticket(title, lane, generation)
        ticket._notify = lambda: self._progressed.emit(ticket)
        self._handlers[ticket] = _Handlers(on_result, on_error, on_progress, on_end)
        self._running.append(ticket)
        ticket.future = self._pool.submit(self._work, ticket, work)
        ticket.future.add_done_callback(lambda future: self._dropped(ticket, future))
        self.changed.emit()
        return ticket

    def cancel_lane(self, lane: str) -> None:
        """Cancel what runs in a lane; whatever it still delivers is dropped."""
        self._generations[lane] = self._generations.get(lane, 0) + 1
        for ticket in self._running:
            if ticket.lane == lane:
                ticket.cancel()

    def running(self) -> tuple[Ticket, ...]:
        """Jobs that have not ended, the oldest first."""
        return tuple(self._running)

    def cancel_all(self) -> None:
        """Ask everything to end."""
        for ticket in self._running:
            ticket.cancel()

    def shutdown(self, timeout: float = 2.0) -> list[str]:
        """Cancel everything, tell nobody any more, wait up to `timeout` seconds; the titles of jobs that still run."""
        self._closed = True
        self.cancel_all()
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + timeout
        for thread in list(self._pool._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        return [t.title or "background work" for t in self._running if t.future is not None and not t.future.done()]

    def _work(self, ticket: Ticket, work: Callable[[Job], Any]) -> None:
        try:
            ticket.job.checkpoint()
            result = work(ticket.job)
        except Cancelled as cancelled:
            self._ended.emit(ticket, None, cancelled)
        except Exception as error:
            log.info("%s: %s", ticket.title or "job", error, exc_info=not hasattr(error, "hint"))
            self._ended.emit(ticket, None, error)
        else:
            self._ended.emit(ticket, result, None)

    def _dropped(self, ticket: Ticket, future: Future[Any]) -> None:
        """A job cancelled before a worker took it never runs `_work`; it must still leave the list."""
        if future.cancelled():
            self._ended.emit(ticket, None, Cancelled())

    def _current(self, ticket: Ticket) -> bool:
        return ticket.lane is None or self._generations[ticket.lane] == ticket.generation

    def _deliver_progress(self, ticket: Ticket) -> None:
        ticket._told.clear()
        if ticket not in self._handlers or ticket.job.cancelled or not self._current(ticket):
            return
        told = self._handlers[ticket].progress
        if told is not None:
            told(ticket.progress)
        self.changed.emit()

    def _deliver(self, ticket: Ticket, result: Any, error: Exception | None) -> None:
        handlers = self._handlers.pop(ticket, None)
        if handlers is None:
            return
        self._running.remove(ticket)
        if self._closed:
            return  # what is told now would only ask for more
        self.changed.emit()
        try:
            if not (ticket.job.cancelled or isinstance(error, Cancelled)) and self._current(ticket):
                self._tell(handlers, ticket, result, error)
        finally:
            if handlers.end is not None:
                handlers.end()

    def _tell(self, handlers: _Handlers, ticket: Ticket, result: Any, error: Exception | None) -> None:
        if error is None:
            if handlers.result is not None:
                handlers.result(result)
        elif handlers.error is not None:
            handlers.error(error)
        else:
            self.failed.emit(ticket.title, error)
