"""Class names of a detector: from the card, a file, or the model itself, in that order, and never guessed."""

from __future__ import annotations

from pathlib import Path

from engine import paths
from engine.models.labels import check_count, read_labels

BUILT_IN = {"coco": paths.RESOURCES / "coco80.txt"}  # names that can be given instead of a file


def resolve(
    model_file: Path, classes: int | None, given: str | Path | None, inside: tuple[str, ...]
) -> tuple[str, ...]:
    """One name a class, () while unknown.

    given: a file or a key of BUILT_IN; otherwise `NAME.names` or `NAME.labels.txt` beside the model; otherwise those
    `inside` its file. classes None: the head does not tell how many there are. Raises InvalidModel on a wrong count.
    """
    if given is not None:
        path = BUILT_IN.get(str(given), Path(given))
        names, origin = read_labels(path), f"“{path.name}”"
    else:
        beside = next((p for p in _beside(model_file) if p.is_file()), None)
        names, origin = (read_labels(beside), f"“{beside.name}”") if beside else (inside, f"“{model_file.name}”")
    if names and classes is not None:
        check_count(names, classes, origin)
    return names


def name_of(names: tuple[str, ...], class_id: int) -> str:
    """A class's name, or "class 7" while unknown."""
    return names[class_id] if 0 <= class_id < len(names) else f"class {class_id}"


def _beside(model_file: Path) -> list[Path]:
    return [model_file.with_name(model_file.stem + ending) for ending in (".names", ".labels.txt", ".labels.json")]
