"""Files that are either whole or absent: written aside, then renamed."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import InvalidSetting

_CHUNK = 1 << 20


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; renamed onto `path` on success, removed on failure.

    The temporary file keeps the suffix of `path`, since several libraries choose the format by it. Raises
    InvalidSetting where `path` is a folder or its folder cannot be made or written in.
    """
    aside = _begun_aside(path)
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise InvalidSetting, before long work is begun, where a file could not be written at its end."""
    _begun_aside(path).unlink()


def _begun_aside(path: Path) -> Path:
    if not path.name or path.is_dir():
        raise InvalidSetting(f"“{path}” is a folder.", "Name a file to write.")
    aside = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.touch()
    except (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise InvalidSetting(
            f"“{path.name}” cannot be written in {path.parent}: {error.strerror or error}.", "Choose another place."
        ) from error
    return aside


def no_file(path: Path) -> str:
    """The sentence on a path where a file was expected and none is."""
    return f"{path} is a folder." if path.is_dir() else f"There is no file {path}."


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text so that a reader sees the old file or the whole new one."""
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Hexadecimal digest of a file's bytes; `algorithm` as hashlib names it."""
    state = hashlib.new(algorithm)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
