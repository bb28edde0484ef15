"""Stacks as JSON files with a version, opened with every number checked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InvalidSetting
from engine.files import write_text
from engine.playground.layers import LAYERS, Layer
from engine.playground.layers.base import frozen
from engine.playground.stack import Stack

FORMAT = "cnn-studio playground stack"
VERSION = 1
_MOST_BYTES = 64_000_000
_MOST_DIGITS = 18  # of a whole number


def to_json(stack: Stack) -> dict[str, Any]:
    """The stack as plain data: numbers, texts and nested lists."""
    return {"format": FORMAT, "version": VERSION, "layers": [_layer_to_json(layer) for layer in stack.layers]}


def from_json(data: Any) -> Stack:
    """The stack that `to_json` described. Raises InvalidSetting for another version, unknown layers or bad values."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidSetting("This is not a stack of the playground.", f"Its “format” must be “{FORMAT}”.")
    if data.get("version") != VERSION:
        raise InvalidSetting(
            f"The stack has version {data.get('version')}; this program reads version {VERSION}.",
            "Open it with the program that wrote it, or save it again there.",
        )
    layers = data.get("layers")
    if not isinstance(layers, list):
        raise InvalidSetting("The stack has no list of layers.", "Expected “layers”: [ ... ].")
    return Stack(tuple(layer_from_json(entry, number) for number, entry in enumerate(layers, start=1)))


def save_stack(stack: Stack, path: Path) -> None:
    """Write the stack; the old file stays until the new one is whole."""
    write_text(path, json.dumps(to_json(stack), indent=1, allow_nan=False) + "\n")


def open_stack(path: Path) -> Stack:
    """Read a stack; raises InvalidSetting, naming the file, for anything that is not one."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidSetting(f"It has {path.stat().st_size} bytes.", f"At most {_MOST_BYTES} are read.")
        return from_json(json.loads(path.read_text(encoding="utf-8"), parse_int=_whole))
    except InvalidSetting as error:
        raise InvalidSetting(f"“{path.name}” cannot be opened. {error.message}", error.hint) from error
    except OSError as error:
        raise InvalidSetting(f"“{path.name}” cannot be read: {error.strerror}.", "Check that it is there.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSetting(f"“{path.name}” is not JSON.", "Choose a file that the playground saved.") from error


def _layer_to_json(layer: Layer) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": layer.kind}
    for field in dataclasses.fields(layer):
        value = getattr(layer, field.name)
        entry[field.name] = value.tolist() if isinstance(value, np.ndarray) else value
    return entry


def layer_from_json(entry: Any, number: int) -> Layer:
    """One layer of a file; `number` names it in errors. Settings that are not given keep their defaults."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in LAYERS:
        raise InvalidSetting(f"Layer {number} is of unknown kind “{kind}”.", f"Known are {', '.join(LAYERS)}.")
    layer = LAYERS[kind]()
    fields = {field.name for field in dataclasses.fields(layer)}
    unknown = sorted(entry.keys() - fields - {"kind"})
    if unknown:
        raise InvalidSetting(f"Layer {number}, {layer.title}, has the unknown setting “{unknown[0]}”.", "Remove it.")
    values = {name: _value(getattr(layer, name), entry[name], number, name) for name in entry.keys() & fields}
    try:
        return layer.change(**values)
    except InvalidSetting as error:
        raise InvalidSetting(f"Layer {number}, {layer.title}: {error.message}", error.hint) from None


def _whole(digits: str) -> int | float:
    """A whole number; one of so many digits that no setting can hold it is infinite or nearly, and refused as such."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _value(default: Any, value: Any, number: int, name: str) -> Any:
    """A JSON value as the type of the field it is for."""
    if isinstance(default, np.ndarray) or (default is None and value is not None):
        try:
            return frozen(np.array(value, np.float64))
        except (ValueError, TypeError):
            raise InvalidSetting(f"Layer {number}: “{name}” is not a grid of numbers.", "Use equal rows.") from None
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise InvalidSetting(f"Layer {number}: “{name}” is {value!r}.", f"Expected a value like {default!r}.")
    return value
