"""The two shelves that models come from, classifiers and detectors, seen alike by the command `models`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from engine import models
from engine.detection import catalog as detectors
from engine.errors import InvalidModel, InvalidSetting
from engine.jobs import Job
from engine.models import catalog as classifiers
from engine.models import store
from engine.models.cards import facts


class Row(NamedTuple):
    """One line of the list."""

    id: str
    state: str  # "bundled", "ready", "partial" or "missing"
    size: str
    about: str


class Shelf(ABC):
    """Models of one task."""

    @abstractmethod
    def rows(self) -> Iterable[Row]:
        """Every model, in the order of its catalog."""

    @abstractmethod
    def facts(self, model_id: str) -> dict[str, Any]:
        """What is known of one; empty values are left out by whoever prints them."""

    @abstractmethod
    def download(self, model_id: str, job: Job) -> Path:
        """Fetch one; returns where it is."""

    @abstractmethod
    def take_in(self, model_id: str, file: Path, labels: Path | None) -> tuple[Path, str]:
        """Copy a file the user has after checking it; where it is now, and a remark or ""."""


class Classifiers(Shelf):
    """Bundled networks and those of Keras."""

    def rows(self) -> Iterable[Row]:
        for model_id, model in classifiers.entries().items():
            size = "" if model.card.megabytes is None else f"{model.card.megabytes:g} MB"
            yield Row(model_id, store.state(model), size, model.card.about)

    def facts(self, model_id: str) -> dict[str, Any]:
        model = classifiers.entry(model_id)
        labels = store.class_labels(model)
        told = facts(model.card) | {
            "state": store.state(model),
            "file": store.weights_path(model),
            "classes": model.classes,
            "labels": ", ".join(labels[:10]) + (" ..." if len(labels) > 10 else ""),
        }
        if (receipt := store.receipt(model)) is not None:
            told |= {
                "origin": receipt.origin,
                "sha256": receipt.sha256,
                "verified": receipt.verified,
                "since": receipt.date,
            }
        return told

    def download(self, model_id: str, job: Job) -> Path:
        return models.acquire.download(model_id, job)

    def take_in(self, model_id: str, file: Path, labels: Path | None) -> tuple[Path, str]:
        path = models.acquire.import_weights(model_id, file, labels)
        if store.class_labels(classifiers.entry(model_id)):
            return path, ""
        return path, "Its class names are not on this machine: classes are shown by number. Give them with --labels."


class Detectors(Shelf):
    """Our own, and ONNX files of projects that publish them."""

    def rows(self) -> Iterable[Row]:
        for entry in detectors.entries().values():
            yield Row(entry.id, self._state(entry), f"{entry.bytes / 1e6:.3g} MB", entry.about)

    def facts(self, model_id: str) -> dict[str, Any]:
        entry = detectors.known(model_id)
        if entry.card is not None:
            return facts(entry.card) | {"state": self._state(entry), "file": entry.path, "head": entry.head}
        return {
            "id": entry.id,
            "title": entry.title,
            "task": "detection",
            "about": entry.about,
            "state": self._state(entry),
            "file": entry.path if entry.here else "",
            "labels": entry.labels,
            "head": entry.head,
            "size": f"{entry.bytes:,} bytes",
            "project": f"{entry.project}, release {entry.release}",
            "sha256": entry.sha256,
            "licence": entry.licence,
        }

    def download(self, model_id: str, job: Job) -> Path:
        return detectors.download(model_id, job)

    def take_in(self, model_id: str, file: Path, labels: Path | None) -> tuple[Path, str]:
        if labels is not None:
            raise InvalidSetting("The class names of a known detector are known.", "Leave out --labels.")
        return detectors.take_in(model_id, file), ""

    @staticmethod
    def _state(entry: detectors.Entry) -> str:
        if entry.here:
            return "bundled" if entry.card else "ready"
        return "partial" if detectors.incoming(entry).with_suffix(".onnx.part").exists() else "missing"


SHELVES: tuple[Shelf, ...] = (Classifiers(), Detectors())


def shelf_of(model_id: str) -> Shelf:
    """The shelf a model stands on. Raises InvalidModel when it stands on none."""
    known: list[str] = []
    for shelf in SHELVES:
        ids = [row.id for row in shelf.rows()]
        if model_id in ids:
            return shelf
        known += ids
    raise InvalidModel(f"There is no model “{model_id}”.", f"Known models: {', '.join(known)}; or give a file.")
