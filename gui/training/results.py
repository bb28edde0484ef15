"""Shows one run in the views that look into it: which epoch, whose answers, which images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject

from engine.data.preparation import Dataset
from engine.training import records
from engine.training.live import Detail
from engine.training.run import Run
from gui.context import AppContext
from gui.training.confusion_view import ConfusionView
from gui.training.inside_view import InsideView
from gui.training.mistakes_view import MistakesView
from gui.training.picture_grid import Picture


class Results(QObject):
    """Feeds confusion, mistakes and inside from the details of a run."""

    def __init__(
        self, context: AppContext, confusion: ConfusionView, mistakes: MistakesView, inside: InsideView
    ) -> None:
        super().__init__()
        self._context = context
        self._confusion, self._mistakes, self._inside = confusion, mistakes, inside
        self._run: Run | None = None
        self._truth: np.ndarray | None = None
        self._dataset: Dataset | None = None
        self._names: tuple[str, ...] = ()
        self._last = 0
        self.detail: Detail | None = None
        confusion.epoch_wanted.connect(self._fetch)
        inside.epoch_wanted.connect(self._fetch)

    def begin(self, run: Run | None, truth: np.ndarray | None, names: tuple[str, ...], dataset: Dataset | None) -> None:
        """Another run is on show; dataset: None while its images are not open."""
        self._run, self._truth, self._names, self._dataset = run, truth, names, dataset
        self.detail, self._last = None, 0

    def clear(self) -> None:
        """No run is on show, as while a new one is in its first epoch."""
        self._context.jobs.cancel_lane("training.detail")
        self.begin(None, None, (), None)
        for view in (self._confusion, self._mistakes, self._inside):
            view.clear()

    def open_images(self, dataset: Dataset) -> None:
        """The images of the run on show have become available."""
        self._dataset = dataset
        if self.detail is not None:
            self.show_detail(self.detail, self._last)

    def show_detail(self, detail: Detail, last: int) -> None:
        """Show one epoch of `last`."""
        self.detail, self._last = detail, last
        self._confusion.set_epochs(last, detail.epoch)
        self._inside.show_detail(detail, last)
        if self._truth is None or len(self._truth) != len(detail.predicted):
            return
        picture = self._picture_of(detail)
        self._confusion.show_answers(self._truth, detail.predicted, self._names, picture)
        self._mistakes.show_answers(self._truth, detail.predicted, detail.confidence, self._names, picture)

    def _picture_of(self, detail: Detail) -> Callable[[int], Picture] | None:
        dataset = self._dataset
        if dataset is None:
            return None

        def picture(index: int) -> Picture:
            number = int(dataset.split.validation[index])
            said, sure = self._names[detail.predicted[index]], f"{detail.confidence[index]:.0%}"
            return Picture(np.asarray(dataset.pixels[number]), sure, f"“{said}” with {sure}\n{dataset.origin(number)}")

        return picture

    def _fetch(self, epoch: int) -> None:
        run, last = self._run, self._last
        if run is None or (self.detail is not None and self.detail.epoch == epoch):
            return

        def show(detail: Detail | None) -> None:
            if detail is not None:
                self.show_detail(detail, last)

        self._context.jobs.submit(lambda _: records.read_detail(run, epoch), lane="training.detail", on_result=show)
