"""Using what was trained: one's own image, an export, a report."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from engine.images import LoadedImage
from engine.training.run import Run
from gui.context import AppContext
from gui.training import work
from gui.training.status_panel import StatusPanel


class Using:
    """Each of these works on the best weights of a run."""

    def __init__(self, context: AppContext, panel: StatusPanel) -> None:
        self._context, self._panel = context, panel

    def ask(self, run: Run | None, image: LoadedImage) -> None:
        """What the run says of an image, into the panel."""
        if run is None or not run.file("best.keras").is_file():
            self._context.say("There is no trained network to ask yet.", "Train one, or show an earlier run.")
            return
        self._context.jobs.submit(
            lambda job: work.classify(run, image, job),
            title="Classifying",
            lane="training.classify",
            on_result=self._panel.bars.show_predictions,
        )

    def forget(self) -> None:
        """Another run comes on show: what the one before said of an image goes."""
        self._context.jobs.cancel_lane("training.classify")
        self._panel.bars.show_predictions(())

    def export(self, run: Run | None, parent: QWidget) -> None:
        """Ask where to and in which format, then write and compare."""
        if run is None:
            return
        name, chosen = QFileDialog.getSaveFileName(
            parent, "Export the best weights", run.path.name, work.EXPORT_FILTERS
        )
        if name:
            self._context.jobs.submit(
                lambda job: work.export(run, Path(name), chosen, job), title="Exporting", on_result=self._tell
            )

    def report(self, run: Run | None) -> None:
        """Write the report into the run's folder."""
        if run is not None:
            self._context.jobs.submit(lambda _: work.report(run), title="Writing the report", on_result=self._tell)

    def _tell(self, sentence: str) -> None:
        self._context.say(sentence, "")
