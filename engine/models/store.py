"""The weights on this machine: which are here, where, and how they came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.errors import ModelMissing
from engine.models import labels as label_files
from engine.models.catalog import Entry, entries

SUFFIXES = (".weights.h5", ".h5")  # Keras 3's own layout of weights, and the older one


@dataclass(frozen=True, slots=True)
class Receipt:
    """How weights came to be here; kept as JSON beside them."""

    origin: str  # "downloaded" or "imported from NAME"
    sha256: str
    date: str  # ISO 8601, UTC
    verified: str  # what was checked: "MD5 as Keras publishes" or "exact shapes"


def weights_path(model: Entry) -> Path | None:
    """The weights of a model if they are here, in the program or in the user's folder."""
    if model.file is not None:
        return model.file
    candidates = (paths.models() / f"{model.id}{suffix}" for suffix in SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def suggestion() -> Entry | None:
    """The classifier to fetch for more classes, None once its weights are here."""
    return next((entry for entry in entries().values() if entry.suggested and weights_path(entry) is None), None)


def required_weights(model: Entry) -> Path:
    """The weights of a model. Raises ModelMissing, saying how to get them, when they are not here."""
    path = weights_path(model)
    if path is None:
        raise ModelMissing(
            f"The weights of {model.card.title} are not on this machine.",
            f"Fetch them ({model.card.megabytes:.0f} MB) with: models download {model.id}; "
            f"or import a file with: models import {model.id} FILE.",
        )
    return path


def state(model: Entry) -> str:
    """One word for the chooser: "bundled", "ready", "partial" or "missing"."""
    if model.file is not None:
        return "bundled"
    if weights_path(model) is not None:
        return "ready"
    return "partial" if incoming(model.id).with_suffix(".h5.part").exists() else "missing"


def incoming(model_id: str) -> Path:
    """Where a download arrives until it is checked; Keras wants the suffix."""
    return paths.models() / f"incoming-{model_id}.h5"


def receipt(model: Entry) -> Receipt | None:
    """How the weights came here, or None for bundled or absent ones."""
    path = paths.models() / f"{model.id}.receipt.json"
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def class_labels(model: Entry) -> tuple[str, ...]:
    """Class names: from the card, from an import of this model, or from the shared ImageNet list; () when absent."""
    if model.card.labels:
        return model.card.labels
    for path in (paths.models() / f"{model.id}.labels.json", paths.models() / label_files.CLASS_INDEX_NAME):
        if path.is_file() and len(found := label_files.read_labels(path)) == model.classes:
            return found
    return ()
