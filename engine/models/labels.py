"""Class names from text and JSON files in the forms people have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.errors import InvalidModel

CLASS_INDEX_NAME = "imagenet_class_index.json"  # the name under which Keras publishes the ImageNet labels


def read_labels(path: Path) -> tuple[str, ...]:
    """Class names by index.

    Text: one name per line. JSON: a list of names; {"0": "cat", ...}; {"cat": 0, ...}; or Keras' class index
    {"0": ["n01440764", "tench"], ...}. Raises InvalidModel for anything else.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        labels = _from_json(json.loads(text)) if path.suffix.lower() == ".json" else _from_lines(text)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InvalidModel(
            f"“{path.name}” is not a list of class names: {error}.",
            "Give a text file with one name per line, or a JSON list.",
        ) from error
    if not labels:
        raise InvalidModel(f"“{path.name}” holds no class names.", "Give a text file with one name per line.")
    return labels


def find_labels(model_file: Path) -> tuple[str, ...]:
    """Names from a file beside the model (`NAME.txt`, `NAME.json`, `labels.txt`, ...), or () when there is none."""
    stem = model_file.name.removesuffix(".h5").removesuffix(".keras").removesuffix(".weights")
    beside = (f"{stem}.labels.txt", f"{stem}.labels.json", f"{stem}.txt", f"{stem}.json", f"{stem}.names")
    for name in (*beside, "labels.txt", "labels.json", "classes.txt", "class_names.json"):
        if (candidate := model_file.with_name(name)).is_file() and not _is_architecture(candidate):
            return read_labels(candidate)
    return ()


def _is_architecture(path: Path) -> bool:
    """Whether a JSON file is a network saved by `to_json`, which lies beside weights under the same name."""
    if path.suffix.lower() != ".json":
        return False
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and {"class_name", "config"} <= value.keys()


def check_count(labels: tuple[str, ...], classes: int, source: str) -> None:
    """Raise InvalidModel unless there is one name for each class."""
    if len(labels) != classes:
        raise InvalidModel(
            f"{source} has {len(labels)} class names but the network has {classes} classes.",
            "Give a list with one name for each class, in the order of training.",
        )


def _from_lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _from_json(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_name(item) for item in value)
    if not isinstance(value, dict):
        raise TypeError("expected a list or an object")
    if all(isinstance(item, int) for item in value.values()):
        value = {str(index): name for name, index in value.items()}
    return tuple(_name(value[str(index)]) for index in range(len(value)))


def _name(item: Any) -> str:
    """A name, or the readable half of Keras' (WordNet id, name) pair."""
    if isinstance(item, list):
        item = item[1]
    if not isinstance(item, str):
        raise TypeError(f"expected a name, received {item!r}")
    return item.replace("_", " ")
