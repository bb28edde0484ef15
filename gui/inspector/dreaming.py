"""Wires the features page: searches with a live preview, and photos that excite the chosen channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from engine import explain
from engine.errors import EngineError
from engine.explain import asking, layer_maps
from engine.explain.exciting import Ranking, most_exciting
from engine.images import list_images
from engine.jobs import Job, LatestSlot, Progress
from gui.context import AppContext
from gui.inspector.features_page import FeaturesPage
from gui.inspector.why import Why
from gui.words import count

LANE = "inspector.features"
RANK_LANE = "inspector.exciting"
BEAT = 120  # milliseconds between two looks at the newest preview


class Dreaming(QObject):
    """One search at a time; previews pass through a slot that keeps the newest."""

    def __init__(self, context: AppContext, why: Why, page: FeaturesPage) -> None:
        super().__init__(why)
        self.context = context
        self.why = why
        self.page = page
        self.images: np.ndarray | None = None  # those on show
        self._previews: LatestSlot[np.ndarray] = LatestSlot()
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._preview)
        self._offered: Any = None  # the explainer whose layers are listed
        self._source: tuple[Any, str] | None = None  # explainer and layer of the channels on show
        page.start_wanted.connect(self.start)
        page.stop_wanted.connect(self.stop)
        page.folder_wanted.connect(self._ask_folder)
        why.found_changed.connect(self._offer)
        why.model_changed.connect(self.forget)

    def start(self) -> None:
        """Search for the channels that are asked for."""
        found = self.why.found
        if found is None:
            self.page.about.setText("Choose an image and a method first, so that a model is loaded.")
            return
        self._offer(found)
        explainer, kind = found.explainer, str(self.page.kind.currentData())
        layer = None if kind == "class" else self.page.layer.currentData()
        channels = self._existing(explainer, layer, kind)
        steps, seed = self.page.steps.value(), self.page.seed.value()
        names = asking.class_labels(explainer) if kind == "class" else ()
        titles = [layer] if kind == "layer" else [names[c] if names else f"channel {c}" for c in channels]
        self.context.jobs.cancel_lane(RANK_LANE)
        self._source = (explainer, str(layer)) if layer is not None and kind != "layer" else None
        self.page.begin([str(title) for title in titles], channels if self._source else ())
        previews: LatestSlot[np.ndarray] = LatestSlot()
        self._previews = previews
        self._timer.start()

        def work(job: Job) -> Any:
            from engine.explain.feature_visualisation import Recipe, Wish

            wish = Wish(layer, kind, channels or (0,))
            return explain.visualise(explainer, wish, Recipe(steps=steps, seed=seed), job, previews.put)

        self.context.jobs.submit(
            work,
            title="Visualising features",
            lane=LANE,
            on_result=self._done,
            on_error=self._failed,
            on_progress=self._progressed,
            on_end=lambda: self._ended(previews),
        )

    def stop(self) -> None:
        """End the search; the last preview stays."""
        self.context.jobs.cancel_lane(LANE)
        self._preview()
        self.page.end("Stopped. The images are as far as the search had come.")
        self._timer.stop()

    def forget(self) -> None:
        """Another model: the images, and searches that still run, are those of the last one."""
        for lane in (LANE, RANK_LANE):
            self.context.jobs.cancel_lane(lane)
        self._timer.stop()
        self._previews = LatestSlot()
        self.images = self._offered = self._source = None
        self.page.clear()

    def rank(self, folder: Path, channel: int) -> None:
        """Look for the photos of a folder that excite a channel of the layer whose images are on show."""
        if self._source is None:
            return
        explainer, layer = self._source

        def work(job: Job) -> Ranking:
            return most_exciting(explainer, layer, channel, list_images(folder), job=job)

        self.context.jobs.submit(
            work,
            title="Ranking photos",
            lane=RANK_LANE,
            on_result=lambda ranking: self.page.show_ranking(ranking, channel),
        )

    def _existing(self, explainer: Any, layer: str | None, kind: str) -> tuple[int, ...]:
        """The wanted channels that the layer really has; the last ones when all are beyond."""
        if kind == "layer":
            return (0,)
        spots = {spot.path: spot for spot in explainer.spots}
        total = explainer.output(explainer.outputs[0].index).units if layer is None else spots[layer].shape[-1]
        wanted = [channel for channel in self.page.channels() if channel < total]
        return tuple(wanted or range(max(total - self.page.count.value(), 0), total))

    def _preview(self) -> None:
        if (images := self._previews.take(0)) is not None:
            self.images = images
            self.page.show_images(images)

    def _progressed(self, progress: Progress) -> None:
        self.page.progress.setValue(round(100 * (progress.fraction or 0)))

    def _done(self, result: Any) -> None:
        self.images = result.images
        self.page.show_images(result.images)
        self.page.mark_silent(result.silent.tolist())
        silent = int(result.silent.sum())
        rise = ", ".join(f"{start:.2g} to {end:.2g}" for start, end in zip(result.start, result.end, strict=True))
        quiet = f" {count(silent, 'unit')} never answered." if silent else ""
        self.page.end(f"Activation rose from {rise}.{quiet} What excites a channel need not be what it is used for.")

    def _failed(self, error: Exception) -> None:
        self.page.end(str(error) if isinstance(error, EngineError) else "The search failed.")
        if not isinstance(error, EngineError):
            self.context.jobs.failed.emit("Visualising features", error)

    def _ended(self, previews: LatestSlot[np.ndarray]) -> None:
        if previews is not self._previews:
            return  # a newer search has begun, or its model is gone
        self._timer.stop()
        if self.page.stop.isEnabled():  # cancelled from elsewhere, such as the status bar
            self.page.end("Stopped. The images are as far as the search had come.")

    def _offer(self, found: Any) -> None:
        if found is not None and self._offered is not found.explainer:
            self._offered = found.explainer
            self.page.offer_layers(layer_maps.layer_sizes(found.explainer))

    def _ask_folder(self) -> None:
        channel = self.page.chosen_channel()
        name = QFileDialog.getExistingDirectory(self.page, "Folder of photos", self.context.settings.text("folder"))
        if name and channel is not None:
            self.rank(Path(name), channel)
