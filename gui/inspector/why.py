"""Asks the model why and shows the answer: the wiring between the questions on the left and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog

from engine import explain
from engine.cache import KeyedCache
from engine.errors import EngineError
from engine.explain import asking, beside, layer_maps
from engine.explain.asking import Found
from engine.explain.explaining import Explanation
from engine.explain.export import save_one
from engine.explain.methods import METHODS
from engine.explain.snippets import snippet
from engine.images import LoadedImage
from engine.jobs import Job
from gui.context import AppContext
from gui.inspector.picture_page import PicturePage
from gui.inspector.why_controls import WhyControls
from gui.words import percent

LANE = "inspector.explain"
STAGES_LANE = "inspector.stages"


class Why(QObject):
    """Holds the last explanation; every newer question supersedes the older."""

    found_changed = Signal(object)  # Found, or None when there is no map
    model_changed = Signal()  # what was found with the last model says nothing about the next

    def __init__(self, context: AppContext, controls: WhyControls, page: PicturePage) -> None:
        super().__init__(page)
        self.context = context
        self.controls = controls
        self.page = page
        self.found: Found | None = None
        self.explainers: KeyedCache = KeyedCache(lambda key: explain.Explainer(context.models.get(key)), size=2)
        self._asked: tuple[tuple, LoadedImage] | None = None
        self._model: tuple | None = None
        self._staged: tuple[Any, ...] | None = None  # what the strip shows
        controls.changed.connect(self.ask_again)
        page.stages.chosen.connect(controls.choose_layer)
        page.bar.code_wanted.connect(self.copy_code)
        page.bar.save_wanted.connect(self._ask_folder)

    @property
    def key(self) -> tuple | None:
        """What identifies the model in use: reference, labels file, pixel scale."""
        return self._model

    def ask(self, key: tuple, image: LoadedImage) -> None:
        """Explain an image by the model of a key, as the controls want it."""
        self.turn_to(key)
        self._asked = (key, image)
        self.ask_again()

    def turn_to(self, key: tuple | None) -> None:
        """The model in use from now on; None if what the key stands for is to be read anew."""
        if key != self._model:
            self._model = key
            self.controls.forget_choices()
            self.model_changed.emit()

    def ask_again(self) -> None:
        """The same image, other controls."""
        if self._asked is None:
            return
        (key, image), wanted = self._asked, self.controls.wanted()
        if wanted.method is None:
            self._clear("")
            self.context.jobs.submit(
                lambda _: self.explainers.get(key), lane=LANE, on_result=lambda explainer: self._describe(explainer)
            )
            return

        def work(job: Job) -> Found:
            return asking.ask(self.explainers.get(key), image.pixels, wanted, job)

        self.context.jobs.submit(
            work,
            title=METHODS[wanted.method].title,
            lane=LANE,
            on_result=lambda found: self._show(key, found),
            on_error=self._failed,
        )

    def begin_live(self, key: tuple) -> None:
        """Frames come from elsewhere: questions about the image that was on show are over."""
        self._cancel()
        self._asked, self._staged = None, None
        self.turn_to(key)

    def end_live(self) -> None:
        """The last frame is an image like any other: it can be checked, compared, saved and asked about."""
        if self.found is not None and self._asked is None and self._model is not None:
            self._asked = (self._model, LoadedImage(self.found.image, None))
            self.found_changed.emit(self.found)
            self._refresh_stages(self._model, self.found)

    def show_live(self, image: np.ndarray, found: Found, words: str) -> None:
        """Show an explained frame and what it cost; what stands beside the map follows at `end_live`."""
        first = self._staged != ("live",)
        self._staged = ("live",)
        self.found = found
        if first:
            self._describe(found.explainer)
            self.page.stages.hide()
        self.page.show_frame(image, words)
        self.page.show_map(found, caption(found.explanation))

    def forget(self, message: str) -> None:
        """No map and no question any more; a sentence says why."""
        self._asked = None
        self._clear(message)

    def _cancel(self) -> None:
        for lane in (LANE, STAGES_LANE):
            self.context.jobs.cancel_lane(lane)

    def _clear(self, message: str) -> None:
        self._cancel()
        self.found = None
        self.page.clear_map(message)
        self.page.stages.hide()
        self._staged = None
        self.found_changed.emit(None)

    def _show(self, key: tuple, found: Found) -> None:
        self.found = found
        self._describe(found.explainer)
        self.page.show_map(found, caption(found.explanation))
        self.page.stages.mark(found.explanation.layer)
        self.found_changed.emit(found)
        self._refresh_stages(key, found)

    def _describe(self, explainer: Any) -> None:
        wanted = self.controls.wanted()
        output = wanted.output if wanted.output < len(explainer.outputs) else 0
        self.controls.show_model(
            asking.class_labels(explainer, explainer.outputs[output].index),
            layer_maps.layer_sizes(explainer),
            explainer.default_layer,
            [head.name for head in explainer.outputs],
        )

    def _refresh_stages(self, key: tuple, found: Found) -> None:
        """The strip depends on image, model, method and class, not on the layer."""
        explanation = found.explanation
        wanted = (key, id(found.image), explanation.method, explanation.target)
        if wanted == self._staged:
            return

        def show(shown: Sequence[tuple]) -> None:
            self._staged = wanted
            self.page.stages.show_stages(shown, explanation.layer)
            self.page.stages.setVisible(len(shown) > 1)

        self.context.jobs.submit(
            lambda _: beside.stages(found), lane=STAGES_LANE, on_result=show, on_error=lambda _: None
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EngineError):
            self.page.clear_map(str(error))
            self.found = None
            self.found_changed.emit(None)
        else:
            self.context.jobs.failed.emit("Explaining", error)

    def copy_code(self) -> None:
        """Put a script that computes the map on the clipboard."""
        if self.found is None or self._asked is None:
            self.context.say("There is no map to copy.", "Choose a method first.")
            return
        found, path = self.found, self._asked[1].path
        try:
            code = snippet(found.explainer, found.prepared, found.explanation, str(path or "image.png"))
        except EngineError as error:
            self.context.say(error.message, error.hint)
            return
        QApplication.clipboard().setText(code)
        self.context.say("The code is on the clipboard.", "" if path else "Save the image as image.png beside it.")

    def _ask_folder(self) -> None:
        if self.found is None:
            self.context.say("There is no map to save.", "Choose a method first.")
            return
        name, _ = QFileDialog.getSaveFileName(self.page, "New folder for the map", "explanation")
        if name:
            self.save(Path(name))

    def save(self, folder: Path) -> None:
        """Write the map's files into a new folder."""
        if self.found is None or self._asked is None:
            return
        found, image, look = self.found, self._asked[1], self.page.bar.look
        self.context.jobs.submit(
            lambda _: save_one(found.explainer, found.explanation, image, folder, look),
            title="Saving the map",
            on_result=lambda files: self.context.say(f"Saved {len(files)} files in {folder}.", ""),
        )


def caption(explanation: Explanation) -> str:
    """What the map shows, in one line."""
    at = f" at {explanation.layer}" if explanation.layer else ""
    size = f"{explanation.values.shape[0]} × {explanation.values.shape[1]}"
    about = f"{percent(explanation.probability)}, logit {explanation.logit:.2f}"
    return f"{METHODS[explanation.method].title}{at}, {size}: {explanation.target.title}   ({about})"
