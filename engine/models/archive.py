"""Look into a saved Keras model before loading it: nothing in it may run code or reach outside its own file."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import h5py

from engine.errors import InvalidModel
from engine.files import no_file

MAX_CONTENT = 4_000_000_000  # bytes an archive may unpack to


def inspect(path: Path) -> None:
    """Raise InvalidModel unless the file is a whole Keras model without Lambda layers or members that point outside.

    A Lambda layer carries Python bytecode that would run on loading; Keras refuses it in safe mode for `.keras`, and
    so do we for both formats, naming the layer.
    """
    if not path.is_file():
        raise InvalidModel(no_file(path), "Give a catalog id or the path of a .keras or .h5 file.")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        config = _keras_config(path)
    elif start == b"\x89HDF\r\n\x1a\n":
        config = _hdf5_config(path)
    else:
        raise InvalidModel(
            f"“{path.name}” is not a Keras model: expected a .keras archive or an HDF5 file.",
            "Save it with model.save('name.keras').",
        )
    for layer in _layers(config):
        if layer.get("class_name") == "Lambda":
            inner = layer.get("config")
            name = inner.get("name", "lambda") if isinstance(inner, dict) else "lambda"
            raise InvalidModel(
                f"“{path.name}” has a Lambda layer (“{name}”), which would run code from the file.",
                "Replace it with a layer of Keras and save the model again.",
            )


def _keras_config(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _check_member(member, path.name)
            if sum(member.file_size for member in archive.infolist()) > MAX_CONTENT:
                raise InvalidModel(f"“{path.name}” would unpack to more than 4 GB.", "Check where it comes from.")
            return json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, zlib.error, LookupError, ValueError, OSError, RuntimeError) as error:
        # RuntimeError: encrypted, an unknown method, or nested too deep
        raise InvalidModel(
            f"“{path.name}” is cut short or is not a Keras archive: {error}.", "Save or copy the model again."
        ) from error


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if not inside.parts or inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0] or is_link:
        raise InvalidModel(
            f"“{name}” holds a member that points outside it (“{member.filename}”).", "Do not use this file."
        )


def _hdf5_config(path: Path) -> Any:
    try:
        with h5py.File(path) as content:
            config = content.attrs.get("model_config")
            if config is None:
                raise InvalidModel(
                    f"“{path.name}” holds weights without a network.",
                    "Save the whole model, or import weights with: models import ID FILE.",
                )
            return json.loads(config)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise InvalidModel(f"“{path.name}” is cut short or damaged: {error}.", "Save or copy it again.") from error


def _layers(config: Any) -> Iterator[dict[str, Any]]:
    """Every object of a config that names a class, at any depth."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _layers(value)
    elif isinstance(config, list):
        for value in config:
            yield from _layers(value)
