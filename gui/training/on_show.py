"""The run on show: whose curves, answers and words fill the views, while it is trained and afterwards."""

from __future__ import annotations

from engine.training import review
from engine.training.diagnosis import Facts, diagnose
from engine.training.review import Review, facts_of, steps_of
from engine.training.run import Run
from gui.context import AppContext
from gui.training import work
from gui.training.curves_view import CurvesView
from gui.training.results import Results
from gui.training.status_panel import StatusPanel
from gui.training.trainer import Trainer
from gui.training.using import Using


class OnShow:
    """One run at a time; nothing of the one before stays."""

    def __init__(
        self, context: AppContext, curves: CurvesView, panel: StatusPanel, results: Results, using: Using
    ) -> None:
        self._context, self._curves, self._panel = context, curves, panel
        self._results, self._using = results, using
        self.run: Run | None = None  # None also while a new run is in its first epoch
        self._epochs = 0  # of the training under way that are on show

    def begin(self, run: Run | None) -> None:
        """A training begins: of a run that goes on, or None for a new one."""
        for lane in ("training.review", "training.images"):  # what they still bring is of the run before
            self._context.jobs.cancel_lane(lane)
        self._take(run)
        self._curves.begin()
        self._epochs = 0
        self._panel.show_findings(())

    def follow(self, trainer: Trainer) -> None:
        """Show how far a training is, and what its newest epoch left."""
        live, run, dataset = trainer.live, trainer.run, trainer.dataset
        status = live.status
        self._panel.show_status(status)
        rows, epochs = live.batches(), live.epochs
        self._curves.grow(rows, epochs, status.batches)
        if run is None or dataset is None or len(epochs) == self._epochs:
            return
        if self._epochs == 0:
            truth = dataset.labels[dataset.split.validation]
            self._results.begin(run, truth, dataset.class_names, dataset)
        self._epochs = len(epochs)
        if (detail := live.detail) is not None:
            self._results.show_detail(detail, epochs[-1].epoch)
        counts = tuple(map(int, dataset.counts(dataset.split.train)))
        first = (epochs[-1].epoch - 1) * status.batches
        losses = rows[(rows[:, 0] > first), 1]
        weighted = run.config.learning.class_weights
        facts = Facts(epochs, len(dataset.class_names), counts, weighted, losses)
        self._panel.show_findings(diagnose(facts), status.messages)
        self.run = run
        self._panel.set_usable(True)

    def end(self, trainer: Trainer) -> None:
        """Show what a training has left; one that ended in its first epoch leaves nothing to use."""
        run, live = trainer.run, trainer.live
        self._curves.show_run(live.batches(), live.epochs, live.status.batches)
        if run is not None:
            self._take(run if run.history else None)
            outcome = (run.state.message,) if run.state.message else ()
            findings = diagnose(facts_of(run)) if run.history else ()
            self._panel.show_findings(findings, tuple(dict.fromkeys((*outcome, *live.status.messages))))
        self._panel.phase.setText(_ending(run))

    def show(self, found: Review) -> None:
        """Put an earlier run into the views; its images follow when its data are open."""
        run = found.run
        self._take(run)
        self._curves.begin()
        self._curves.show_run(found.rows, run.history, steps_of(run))
        names = run.data.class_names if run.data else ()
        self._results.begin(run, found.truth, names, None)
        if found.detail is not None:
            self._results.show_detail(found.detail, len(run.history))
        self._panel.show_status(work.status_of(run))
        self._panel.phase.setText(f"{run.title}: {_ending(run).lower()}")
        self._panel.show_findings(diagnose(facts_of(run)))
        self._context.jobs.submit(
            lambda job: review.dataset_of(run, job),
            lane="training.images",
            on_result=lambda dataset: self._results.open_images(dataset) if dataset is not None else None,
        )

    def _take(self, run: Run | None) -> None:
        if run is None or self.run is None or run.path != self.run.path:
            self._results.clear()
            self._using.forget()
        self.run = run
        self._panel.set_usable(run is not None and run.file("best.keras").is_file())


def _ending(run: Run | None) -> str:
    if run is None or run.state.status == "new":
        return "Ready"
    tested = run.state.test_accuracy
    return run.state.status.capitalize() + ("" if tested is None else f", test accuracy {tested:.2%}")
