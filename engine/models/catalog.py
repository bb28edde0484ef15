"""The models known by id: those bundled with the program and those whose weights the store can fetch."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import InvalidModel
from engine.models.cards import Card, Preprocessing, read_card

BUNDLED = paths.RESOURCES / "models"
FIRST_CLASSIFIER, FIRST_DETECTOR = "cifar10", "yolo-face"  # to begin with; both come with the program


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalog."""

    card: Card  # without labels where those come with the weights
    classes: int
    builder: str = ""  # name in keras.applications; empty for bundled models
    file: Path | None = None  # the bundled file; None where the store keeps the weights
    suggested: bool = False  # what to fetch first, where the bundled ones do not do

    @property
    def id(self) -> str:
        """The name used on the command line and in settings."""
        return self.card.id


def entries() -> dict[str, Entry]:
    """Every known model by id: the first, the other bundled ones, and those that can be fetched."""
    bundled = sorted(_bundled(), key=lambda entry: entry.id != FIRST_CLASSIFIER)
    return {entry.id: entry for entry in (*bundled, *_listed())}


def entry(model_id: str) -> Entry:
    """One model of the catalog. Raises InvalidModel when there is none of that id."""
    known = entries()
    if model_id not in known:
        raise InvalidModel(f"There is no model “{model_id}”.", f"Known models: {', '.join(known)}; or give a file.")
    return known[model_id]


@cache
def bundled_cards(task: str) -> tuple[Card, ...]:
    """The cards of the models that come with the program for a task, "classification" or "detection"."""
    cards = (replace(read_card(path), source="bundled") for path in sorted(BUNDLED.glob("*.card.json")))
    return tuple(card for card in cards if card.task == task)


def _bundled() -> tuple[Entry, ...]:
    return tuple(
        Entry(card, len(card.labels), file=BUNDLED / f"{card.id}.keras") for card in bundled_cards("classification")
    )


@cache
def _listed() -> tuple[Entry, ...]:
    values = tomllib.loads((paths.RESOURCES / "catalog.toml").read_text(encoding="utf-8"))
    return tuple(_entry(model, values[model["group"]]) for model in values["model"])


def _entry(model: dict[str, Any], group: dict[str, Any]) -> Entry:
    card = Card(
        id=model["id"],
        title=model["title"],
        task=group["task"],
        about=model["about"],
        licence=group["licence"],
        preprocessing=Preprocessing(**model["preprocessing"]),
        source=group["source"],
        parameters=model["parameters"],
        megabytes=model["megabytes"],
        accuracy=_accuracy(model, model.get("accuracy_source", group["accuracy_source"])),
        made=model["made"],
    )
    return Entry(card, group["classes"], builder=model["builder"], suggested=model.get("suggested", False))


def _accuracy(model: dict[str, Any], source: str) -> str:
    shares = [f"{name} {model[key]:.1%}" for name, key in (("top-1", "top1"), ("top-5", "top5")) if key in model]
    return f"{', '.join(shares)} {source}"
