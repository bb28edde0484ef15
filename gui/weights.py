"""Fetching and importing weights for a model chooser, in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine import models
from gui.jobs import JobRunner
from gui.widgets.model_chooser import ModelChooser


class WeightFetcher:
    """Does what the buttons of a chooser ask for and calls `arrived` once weights of the chosen model are there."""

    def __init__(self, chooser: ModelChooser, jobs: JobRunner, arrived: Callable[[], None]) -> None:
        self._chooser = chooser
        self._jobs = jobs
        self._arrived = arrived
        chooser.download_wanted.connect(self._download)
        chooser.import_wanted.connect(self._import)

    def _download(self, model_id: str) -> None:
        asked_beside = self._chooser.current()
        self._jobs.submit(
            lambda job: models.acquire.download(model_id, job),
            title=f"Downloading {model_id}",
            lane=f"download.{model_id}",
            on_result=lambda _: self._came(model_id, asked_beside),
            on_end=self._chooser.refresh,  # also after a cancel: what came can be resumed
            on_progress=lambda progress: self._coming(model_id, progress.fraction),
        )
        self._coming(model_id, None)

    def _coming(self, model_id: str, share: float | None) -> None:
        offered = self._chooser.offered()
        if offered is not None and offered.id == model_id:
            self._chooser.show_fetching(share)

    def _came(self, model_id: str, asked_beside: str) -> None:
        """Use it, where nothing else was chosen since: a suggested model takes the place of the one it was beside."""
        now = self._chooser.current()
        if now == asked_beside != model_id:
            self._chooser.select(model_id)
            self._chooser.chosen.emit(model_id)
        else:
            self._arrived()

    def _import(self, model_id: str, path: str) -> None:
        self._jobs.submit(
            lambda _: models.acquire.import_weights(model_id, Path(path)),
            title=f"Importing {Path(path).name}",
            on_result=lambda _: self._arrived(),
            on_end=self._chooser.refresh,
        )
