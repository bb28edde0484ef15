"""Wires the compare page: which choices there are, and one question a cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.explain import asking, layer_maps
from engine.explain.asking import Found, Wanted
from engine.explain.explaining import stage_layers, top_targets
from engine.explain.methods import METHODS
from engine.jobs import Job
from engine.models import store
from engine.models.catalog import entries
from gui.context import AppContext
from gui.inspector.compare_page import CELLS, NONE, ComparePage
from gui.inspector.why import Why

FIRST_METHODS = ("grad-cam", "grad-cam++", "layer-cam", "integrated-gradients")


class Comparing(QObject):
    """Asks the same of one image with one thing changed in each cell."""

    def __init__(self, context: AppContext, why: Why, page: ComparePage) -> None:
        super().__init__(why)
        self.context = context
        self.why = why
        self.page = page
        self._offered: tuple[Any, ...] | None = None
        page.kind_changed.connect(self.begin)
        page.changed.connect(self.ask)
        why.found_changed.connect(lambda _: self._refresh())
        why.page.bar.changed.connect(self._look_changed)

    def begin(self) -> None:
        """Offer the choices of the chosen kind and ask all cells."""
        found = self.why.found
        if found is None:
            for number in range(CELLS):
                self.page.show_found(number, None, "Choose an image and a method first.")
            return
        kind = str(self.page.kind.currentData())
        self.page.offer(*_CHOICES[kind](found, self.why))
        self._offered = (kind, id(found.explainer))
        for number in range(CELLS):
            self.ask(number)

    def ask(self, number: int) -> None:
        """Answer one cell."""
        found, choice = self.why.found, self.page.cells[number].choice.currentData()
        lane = f"inspector.compare.{number}"
        if found is None or choice == NONE:
            self.context.jobs.cancel_lane(lane)
            self.page.show_found(number, None)
            return
        kind = str(self.page.kind.currentData())
        wanted = replace(self.why.controls.wanted(), together=False)
        wanted = replace(wanted, method=wanted.method or "grad-cam")
        key, image = self.why.key, found.image
        if kind == "model":
            key = (choice, None, None)
            wanted = Wanted(method=wanted.method)
        else:
            wanted = replace(wanted, **{kind: choice}, options=() if kind == "method" else wanted.options)

        def work(job: Job) -> Found:
            return asking.ask(self.why.explainers.get(key), image, wanted, job)

        self.page.show_found(number, None, "Asking…")
        self.context.jobs.submit(
            work,
            title="Comparing",
            lane=lane,
            on_result=lambda answer: self.page.show_found(number, answer),
            on_error=lambda error: self._failed(number, error),
        )

    def _failed(self, number: int, error: Exception) -> None:
        if isinstance(error, EngineError):
            self.page.show_found(number, None, str(error))
        else:
            self.context.jobs.failed.emit("Comparing", error)

    def _refresh(self) -> None:
        """Another map: ask again if the page is in front, else when it comes."""
        if self.page.isVisible():
            found = self.why.found
            kind = str(self.page.kind.currentData())
            if found is not None and self._offered == (kind, id(found.explainer)) and kind != "class_id":
                for number in range(CELLS):
                    self.ask(number)
            else:
                self.begin()

    def _look_changed(self, look: Any) -> None:
        self.page.look = look
        if self.page.isVisible():
            self.page.redraw()


def _methods(found: Found, why: Why) -> tuple[list[tuple[str, object]], list[object]]:
    return [(method.title, key) for key, method in METHODS.items()], list(FIRST_METHODS)


def _layers(found: Found, why: Why) -> tuple[list[tuple[str, object]], list[object]]:
    choices: list[tuple[str, object]] = [
        (f"{p}   {size}", p) for p, size in reversed(layer_maps.layer_sizes(found.explainer))
    ]
    return choices, list(reversed(stage_layers(found.explainer)[-CELLS:]))


def _classes(found: Found, why: Why) -> tuple[list[tuple[str, object]], list[object]]:
    output = found.explanation.target.output
    choices: list[tuple[str, object]] = [
        (label, i) for i, label in enumerate(asking.class_labels(found.explainer, output))
    ]
    return choices, [target.class_id for target in top_targets(found.explainer, found.prepared, CELLS, output)]


def _models(found: Found, why: Why) -> tuple[list[tuple[str, object]], list[object]]:
    here = [entry for entry in entries().values() if entry.card.task == "classification"]
    choices: list[tuple[str, object]] = [(e.card.title, e.id) for e in here if store.weights_path(e) is not None]
    if why.key is not None and why.key[0] not in entries():
        choices.append((found.explainer.card.title, why.key[0]))
    current = [] if why.key is None else [why.key[0]]
    return choices, [*current, *(data for _, data in choices if data not in current)][:CELLS]


_CHOICES = {"method": _methods, "layer": _layers, "class_id": _classes, "model": _models}
