"""Cards: what we know of a model, kept as JSON beside its file and used everywhere the model is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import InvalidModel
from engine.files import write_text

FORMAT = 1  # of the JSON; a newer one is refused rather than misread


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How an image becomes the input of a network; the names are keys of the tables in `preprocessing`."""

    height: int
    width: int
    channels: int = 3
    fit: str = "crop"  # how any image is brought to height x width
    scale: str = "unit"  # how 0..255 becomes what the network was trained on


@dataclass(frozen=True, slots=True)
class Card:
    """What we know of a model."""

    id: str
    title: str
    task: str  # "classification" or "detection"
    about: str  # one or two sentences for the chooser
    licence: str
    preprocessing: Preprocessing
    labels: tuple[str, ...] = ()  # by class index; empty when they are not on this machine
    source: str = "file"  # "bundled", "keras-applications" or "file"
    parameters: int | None = None
    megabytes: float | None = None  # of the weights as downloaded
    accuracy: str = ""  # figure, data it was measured on, and who measured it
    made: str = ""  # how, from which data, and when
    details: dict[str, Any] = field(default_factory=dict)  # what only some cards say: sentences, told by their names
    figures: dict[str, float] = field(default_factory=dict)  # numbers that the sentences say too, for programs

    def label(self, index: int) -> str:
        """Name of a class, or "class 7" while the labels are unknown."""
        return self.labels[index] if index < len(self.labels) else f"class {index}"


def card_path(model_file: Path) -> Path:
    """Where the card of a model file lies: `digits.keras` has `digits.card.json` beside it."""
    name = model_file.name
    for suffix in (".weights.h5", ".keras", ".h5", ".onnx"):
        if name.endswith(suffix):
            return model_file.with_name(name.removesuffix(suffix) + ".card.json")
    return model_file.with_name(name + ".card.json")


def save_card(card: Card, path: Path) -> None:
    """Write a card as JSON, whole or not at all."""
    write_text(path, json.dumps({"format": FORMAT, **asdict(card)}, indent=2, ensure_ascii=False) + "\n")


def read_card(path: Path) -> Card:
    """Read a card. Raises InvalidModel when it is not one, or one of a newer format."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if (found := values.pop("format")) != FORMAT:
            raise InvalidModel(
                f"The card “{path.name}” has format {found}; this program reads format {FORMAT}.", "Update CNN Studio."
            )
        values["preprocessing"] = Preprocessing(**values["preprocessing"])
        values["labels"] = tuple(values["labels"])
        return Card(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidModel(
            f"“{path.name}” is not a model card: {error}.", "Remove it, or restore the one saved with the model."
        ) from error


def facts(card: Card) -> dict[str, Any]:
    """What a card says, in the order in which it is told; "" where it says nothing."""
    how = card.preprocessing
    return {
        "id": card.id,
        "title": card.title,
        "task": card.task,
        "about": card.about,
        "state": "",  # told by whoever keeps the file, as the next two
        "file": "",
        "head": "",
        "classes": len(card.labels) or "",
        "labels": ", ".join(card.labels),
        "accuracy": card.accuracy,
        **{name.replace("_", " "): value for name, value in card.details.items()},
        "made": card.made,
        "licence": card.licence,
        "input": f"{how.height} × {how.width} × {how.channels}, fit “{how.fit}”, scale “{how.scale}”",
        "parameters": f"{card.parameters:,}" if card.parameters else "",
        "size": f"{card.megabytes:g} MB" if card.megabytes else "",
    }


def with_labels(card: Card, labels: tuple[str, ...]) -> Card:
    """The same card with class names."""
    return replace(card, labels=labels)
