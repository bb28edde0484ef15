"""Bring weights into the store: fetched from where Keras publishes them, or copied from a file the user has."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import h5py

from engine import paths
from engine.errors import InvalidModel
from engine.files import digest, no_file, write_text
from engine.jobs import Job
from engine.models import labels as label_files
from engine.models import loading, published, store
from engine.models.catalog import Entry, entry
from engine.models.download import download as fetch
from engine.models.download import taking_turns

_HDF5 = b"\x89HDF\r\n\x1a\n"


def download(model_id: str, job: Job = Job.silent()) -> Path:
    """Fetch the weights and labels of a model of the catalog; returns the weights' path.

    Checks the MD5 that Keras publishes and that every array has the shape the network needs. Two programs asking for
    the same model take turns. Raises DownloadFailed, InvalidModel or Cancelled; nothing half-done becomes visible to
    the rest of the program, and what arrived is resumed next time.
    """
    model = entry(model_id)
    if model.file is not None:
        return model.file
    if not store.class_labels(model):
        index = paths.models() / label_files.CLASS_INDEX_NAME
        with taking_turns(index, job):
            fetch(published.class_index().url, index, published.class_index().md5, job)
    with taking_turns(store.incoming(model_id), job):
        if (here := store.weights_path(model)) is not None:
            return here
        return _fetch_weights(model, job)


def _fetch_weights(model: Entry, job: Job) -> Path:
    file = published.weights(model.id)
    arrived = store.incoming(model.id)
    fetch(file.url, arrived, file.md5, job)
    job.report(1, 1, "Checking the weights")
    checked = arrived
    try:
        suffix = _layout(arrived, file.name)
        checked = arrived.replace(paths.models() / f"checking-{model.id}{suffix}")  # Keras goes by the suffix
        loading.check_weights(model, checked, file.name)
    except BaseException:
        checked.unlink(missing_ok=True)
        raise
    target = checked.replace(paths.models() / f"{model.id}{suffix}")
    _write_receipt(model.id, target, "downloaded", "MD5 as Keras publishes" if file.md5 else "exact shapes")
    return target


def import_weights(model_id: str, file: Path, labels: Path | None = None) -> Path:
    """Copy a weights file the user has into the store, after checking that it fits the network exactly.

    labels: class names; by default Keras' class index if it lies beside the file. Raises InvalidModel when the file
    does not fit, and leaves what was there before.
    """
    model = entry(model_id)
    if model.file is not None:
        raise InvalidModel(f"“{model_id}” is bundled and needs no import.", "Import weights for another model.")
    if not file.is_file():
        raise InvalidModel(no_file(file), "Give the path of the weights.")
    names = _labels_beside(model, file, labels)
    suffix = _layout(file, file.name)
    paths.models().mkdir(parents=True, exist_ok=True)
    copy = paths.models() / f"importing-{model_id}{suffix}"
    target = paths.models() / f"{model_id}{suffix}"
    try:
        shutil.copyfile(file, copy)
        loading.check_weights(model, copy, file.name)
        copy.replace(target)
    finally:
        copy.unlink(missing_ok=True)
    for other in set(store.SUFFIXES) - {suffix}:
        (paths.models() / f"{model_id}{other}").unlink(missing_ok=True)
    if names:
        write_text(paths.models() / f"{model_id}.labels.json", json.dumps(names, ensure_ascii=False))
    _write_receipt(model_id, target, f"imported from {file.name}", "exact shapes")
    return target


def _labels_beside(model: Entry, file: Path, given: Path | None) -> tuple[str, ...]:
    beside = file.with_name(label_files.CLASS_INDEX_NAME)
    source = given or (beside if beside.is_file() else None)
    if source is None:
        return ()
    names = label_files.read_labels(source)
    label_files.check_count(names, model.classes, f"“{source.name}”")
    return names


def _layout(path: Path, name: str) -> str:
    """The suffix by which Keras knows the layout of this file: ".weights.h5" for its own, ".h5" for the older one."""
    with path.open("rb") as file:
        if file.read(len(_HDF5)) != _HDF5:
            raise InvalidModel(f"“{name}” is not a weights file: it is not HDF5.", "Give a .h5 or .weights.h5 file.")
    try:
        with h5py.File(path) as content:
            return ".h5" if "layer_names" in content.attrs or "model_weights" in content else ".weights.h5"
    except (OSError, RuntimeError, KeyError) as error:
        raise InvalidModel(f"“{name}” is cut short or damaged: {error}.", "Copy or download it again.") from error


def _write_receipt(model_id: str, file: Path, origin: str, verified: str) -> None:
    made = store.Receipt(origin, digest(file), datetime.now(UTC).isoformat(timespec="seconds"), verified)
    write_text(paths.models() / f"{model_id}.receipt.json", json.dumps(asdict(made), indent=2))
