"""Explanations as files: raw values, heatmap, overlay, and one manifest that says how they were made."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from engine import __version__
from engine.errors import EngineError, InvalidSetting
from engine.explain.asking import place_map
from engine.explain.explaining import Explanation, explain, top_targets
from engine.explain.methods import method
from engine.explain.targets import Target
from engine.explain.views import DEFAULT, Look, draw
from engine.files import digest, write_text, written_aside
from engine.images import LoadedImage, load_image
from engine.jobs import Job
from engine.models.preprocessing import prepare

if TYPE_CHECKING:
    from engine.explain.graph import Explainer

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Row:
    """The outcome for one file: an explanation with its files, or the reason why there is none."""

    path: Path
    explanation: Explanation | None
    files: tuple[Path, ...]
    error: EngineError | None
    image: np.ndarray | None = None  # (H, W, 3) uint8; not kept once the files are written
    overlay: np.ndarray | None = None  # (H, W, 3) uint8; None when there is nothing to see


def fresh_folder(folder: Path) -> Path:
    """A folder that holds nothing yet. Raises InvalidSetting rather than overwrite anything."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InvalidSetting(f"“{folder}” exists and is not empty.", "Choose a new folder: nothing is overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def explain_files(
    explainer: Explainer,
    files: Sequence[Path],
    folder: Path | None,
    key: str = "grad-cam",
    layer: str | None = None,
    target: Target | None = None,
    look: Look = DEFAULT,
    job: Job = Job.silent(),
    score: str = "logit",
    output: int = 0,
) -> Iterator[Row]:
    """Explain files one after another, yielding each row as soon as it is known, and write them into a new folder.

    target: None explains each image's own top class, by `score` and of `output`. folder: None writes nothing. The
    manifest is written last, so that a folder with a manifest is complete. A file that cannot be read gives a row with
    its error.
    """
    if method(key).on_layer:
        explainer.spatial_layer(layer)  # a wrong layer is wrong for every file: say so before the first
    if folder is not None:
        fresh_folder(folder)
    entries: list[dict[str, Any]] = []
    for index, path in enumerate(files):
        job.checkpoint()
        row = read_row(explainer, path, key, layer, target, score, output)
        if row.explanation is not None:
            row = _written(row, folder, _stem(index, path, len(files)), look)
        entries.append(as_json(row, explainer.card.id, key))
        job.report(index + 1, len(files), f"Explained {index + 1} of {len(files)}")
        yield row
    if folder is not None:
        write_manifest(folder / MANIFEST, explainer, entries)


def read_row(
    explainer: Explainer,
    path: Path,
    key: str,
    layer: str | None,
    target: Target | None,
    score: str = "logit",
    output: int = 0,
) -> Row:
    """Read and explain one file; its error becomes part of the row."""
    try:
        image = load_image(path).pixels
        prepared = prepare(image, explainer.card.preprocessing)
        chosen = target or top_targets(explainer, prepared, 1, output, score)[0]
        return Row(path, explain(explainer, prepared, key, layer, chosen), (), None, image)
    except EngineError as error:
        return Row(path, None, (), error)


def save(explanation: Explanation, image: np.ndarray, folder: Path, stem: str, look: Look) -> tuple[Path, ...]:
    """Write raw values (.npy), heatmap and overlay (.png) of one explanation; returns their paths.

    image: RGB uint8 (H, W, 3). A map without positive values has only the .npy, since there is nothing to see.
    """
    raw = folder / f"{stem}.npy"
    with written_aside(raw) as aside:
        np.save(aside, explanation.values)
    if not explanation.has_positive and not look.signed:
        return (raw,)
    placed = place_map(explanation, image.shape[:2])
    files = [raw]
    for mode in ("heatmap", "overlay"):
        path = folder / f"{stem}.{mode}.png"
        shown = Look(mode, look.signed, look.colours, look.signed_colours, look.opacity, look.threshold, look.contour)
        with written_aside(path) as aside:
            Image.fromarray(draw(image, placed, shown)).save(aside)
        files.append(path)
    return tuple(files)


def save_one(
    explainer: Explainer, explanation: Explanation, image: LoadedImage, folder: Path, look: Look
) -> tuple[Path, ...]:
    """Write one explanation and its manifest into a new folder; returns all paths. Raises InvalidSetting."""
    fresh_folder(folder)
    source = image.path or Path(image.name)
    files = save(explanation, image.pixels, folder, source.stem, look)
    row = Row(source, explanation, files, None)
    write_manifest(folder / MANIFEST, explainer, [as_json(row, explainer.card.id, explanation.method)])
    return (*files, folder / MANIFEST)


def as_json(row: Row, model: str, key: str) -> dict[str, Any]:
    """One object an image, as the command prints it and the manifest keeps it."""
    if row.explanation is None:
        return {"image": str(row.path), "model": model, "method": key, "error": str(row.error)}
    found = row.explanation
    return {
        "image": str(row.path),
        "model": model,
        "method": found.method,
        "layer": found.layer,
        "target": {"label": found.target.title, "index": found.target.class_id, "score": found.target.score},
        "logit": round(found.logit, 6),
        "probability": round(found.probability, 6),
        "map_min": float(found.values.min()),
        "map_max": float(found.values.max()),
        "files": [str(path) for path in row.files],
    }


def write_manifest(path: Path, explainer: Explainer, entries: list[dict[str, Any]]) -> None:
    """What was asked of which model with which versions; file names relative to the manifest."""
    listed = [{**entry, "files": [Path(name).name for name in entry.get("files", ())]} for entry in entries]
    card = explainer.card
    content = {
        "format": FORMAT,
        "program": f"CNN Studio {__version__}",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        "model": {"id": card.id, "title": card.title, "file": explainer.model.path.name, "sha256": _hash(explainer)},
        "images": listed,
    }
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


_LIBRARIES = ("tensorflow", "keras", "numpy", "opencv-python-headless")


def _written(row: Row, folder: Path | None, stem: str, look: Look) -> Row:
    """The row with its overlay, and its files where a folder is given."""
    assert row.explanation is not None
    assert row.image is not None
    found = row.explanation
    files = save(found, row.image, folder, stem, look) if folder is not None else ()
    shown = found.has_positive or look.signed
    placed = place_map(found, row.image.shape[:2])
    return Row(row.path, found, files, None, overlay=draw(row.image, placed, look) if shown else None)


def _stem(index: int, path: Path, count: int) -> str:
    """A file name that no other image of the batch can have."""
    return path.stem if count == 1 else f"{index + 1:0{len(str(count))}d}-{path.stem}"


def _hash(explainer: Explainer) -> str | None:
    path = explainer.model.path
    return _file_hash(path, path.stat().st_mtime_ns) if path.is_file() else None


@cache
def _file_hash(path: Path, changed: int) -> str:
    return digest(path)
