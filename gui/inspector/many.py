"""Many images: classified into a table, saved as CSV, and explained into a folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine import classification
from engine.cache import KeyedCache
from engine.classification import export
from engine.classification.rows import Row
from engine.explain.asking import wanted_class
from engine.explain.export import explain_files
from engine.jobs import Job
from gui.context import AppContext
from gui.inspector.answer_panel import AnswerPanel
from gui.inspector.results_page import ResultsPage
from gui.inspector.why import Why
from gui.words import count


class Many(QObject):
    """Fills the table while files are read, and does what its buttons ask."""

    def __init__(
        self, context: AppContext, page: ResultsPage, panel: AnswerPanel, why: Why, classifiers: KeyedCache
    ) -> None:
        super().__init__(page)
        self.context = context
        self.page = page
        self.panel = panel
        self.why = why
        self.classifiers = classifiers
        self._key: tuple | None = None  # of the model that filled the table
        page.selected.connect(self._row_selected)
        page.save_wanted.connect(self._save_table)
        page.explain_wanted.connect(self._ask_folder)

    def open(self, files: Sequence[Path], key: tuple, top: int) -> None:
        """Classify files; rows appear as they are known."""
        finished: deque[list[Row]] = deque()
        self._key = key

        def work(job: Job) -> int:
            job.report(0, len(files), "Reading")
            for rows in classification.classify_files(self.classifiers.get(key), files, top, job):
                finished.append(rows)
                job.checkpoint()
            return len(files)

        def drain(_: object = None) -> None:
            while finished:
                self.page.add(finished.popleft())

        self.page.begin()
        self.context.jobs.submit(
            work, title="Classifying files", lane="inspector.many", on_result=drain, on_progress=drain
        )
        self.panel.clear("Select a row to see its classes.")

    def explain(self, folder: Path) -> None:
        """Explain every readable image of the table, as the controls ask, into a new folder."""
        files = [row.path for row in self.page.model.rows if row.answer is not None]
        key, wanted, look = self._key, self.why.controls.wanted(), self.why.page.bar.look
        if not files or key is None:
            self.context.say("The table holds no images to explain.", "Open a folder of images first.")
            return
        wanted = replace(wanted, method=wanted.method or "grad-cam")

        def work(job: Job) -> int:
            explainer = self.why.explainers.get(key)
            assert wanted.method is not None
            target = wanted_class(explainer, wanted)
            rows = explain_files(
                explainer, files, folder, wanted.method, wanted.layer, target, look, job, wanted.score, wanted.output
            )
            return sum(row.error is None for row in rows)

        self.context.jobs.submit(
            work,
            title="Explaining files",
            lane="inspector.many",
            on_result=lambda done: self.context.say(f"Saved the maps of {count(done, 'image')} in {folder}.", ""),
        )

    def _row_selected(self, row: Row) -> None:
        if row.answer is None:
            self.panel.clear(str(row.error))
        else:
            self.panel.bars.show_predictions(row.answer.predictions)

    def _save_table(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self.page, "Save the table", "classes.csv", "CSV (*.csv)")
        if name and self._key is not None:
            rows, model = tuple(self.page.model.rows), str(self._key[0])
            self.context.jobs.submit(lambda _: export.write_csv(rows, model, Path(name)), title="Saving the table")

    def _ask_folder(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self.page, "New folder for the maps", "explanations")
        if name:
            self.explain(Path(name))
