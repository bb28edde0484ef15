"""The training under way, seen from the window: start, pause, stop, and a steady tick while it runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from engine import training
from engine.data.preparation import Dataset
from engine.jobs import Job
from engine.training.config import TrainingConfig
from engine.training.live import Live
from engine.training.run import Run
from engine.training.runs import create_run, extend
from gui.jobs import JobRunner, Ticket

TICK_MS = 200


class Trainer(QObject):
    """One training at a time; `live` and `run` are those of the newest."""

    began = Signal(object)  # the Run that goes on, None for a new one
    ticked = Signal()
    ended = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._ticket: Ticket | None = None
        self.live = Live()
        self.run: Run | None = None
        self.dataset: Dataset | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def busy(self) -> bool:
        """Whether a training has not ended yet."""
        return self._ticket is not None

    @property
    def state(self) -> str:
        """ "idle", "running", "paused" or "stopping"."""
        if self._ticket is None:
            return "idle"
        if self._ticket.job.cancelled:
            return "stopping"
        return "paused" if self._ticket.job.paused else "running"

    def start(self, config: TrainingConfig, dataset: Dataset | None) -> None:
        """Train a new run; `dataset` if the config's data are open already."""
        self._submit(lambda: create_run(config), dataset, None)

    def resume(self, run: Run, dataset: Dataset | None = None, more: int = 0) -> None:
        """Go on with a run, `more` epochs longer than it was meant to be."""
        self._submit(lambda: extend(run, more) if more else run, dataset, run)

    def pause(self, on: bool) -> None:
        """Hold or go on."""
        if self._ticket is not None:
            (self._ticket.job.pause if on else self._ticket.job.resume)()

    def stop(self) -> None:
        """Ask the training to end."""
        if self._ticket is not None:
            self._ticket.cancel()

    def shut_down(self) -> None:
        """The window closes: the job is ended by it, the tick here."""
        self.stop()
        self._timer.stop()

    def _submit(self, make: object, dataset: Dataset | None, former: Run | None) -> None:
        if self._ticket is not None:
            return
        live = self.live = Live()
        self.dataset, self.run = dataset, None

        def ready(setup: object) -> None:
            self.dataset = setup.dataset  # type: ignore[attr-defined]

        def work(job: Job) -> None:
            run = self.run = make()  # type: ignore[operator]
            self.run = training.train(run, live, job, dataset, ready).run

        self._ticket = self._jobs.submit(work, title="Training")
        self._timer.start()
        self.began.emit(former)

    def _tick(self) -> None:
        self.ticked.emit()
        future = self._ticket.future if self._ticket is not None else None
        if future is not None and future.done():
            self._ticket = None
            self._timer.stop()
            self.ticked.emit()
            self.ended.emit()
