"""A folder of images with one subfolder per class, as people keep their own data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.bursts import groups_of
from engine.data.sources import FileImages, Source
from engine.errors import InvalidSetting
from engine.images import list_images

SIZE = 96  # most pixels of a side unless chosen: enough to tell things apart, quick on two cores
_LOOKED_AT = 25  # files whose size is read
_TRAIN, _TEST = ("train", "training"), ("test", "val", "valid", "validation")


def folder_source(root: Path) -> Source:
    """The images below a folder; the classes are its subfolders in order of name.

    A folder that holds `train` and `test` (or `val`) keeps that division. Empty classes are left out with a note.
    Raises InvalidSetting when there are not two classes with images.
    """
    train, test = _parts(root)
    groups = _classes(train)
    names = sorted(groups, key=str.casefold)
    held = _classes(test) if test else {}
    paths = [path for name in names for path in groups[name]]
    labels = [index for index, name in enumerate(names) for _ in groups[name]]
    extra = [path for name in names for path in held.get(name, ())]
    extra_labels = [index for index, name in enumerate(names) for _ in held.get(name, ())]
    filled = sorted(set(labels))
    if len(filled) < 2:
        raise InvalidSetting(
            f"“{root.name}” holds {len(filled)} {'subfolder' if filled else 'subfolders'} with images.",
            "A data folder has one subfolder per class, at least two of them, each with its images.",
        )
    renumbered = {old: new for new, old in enumerate(filled)}
    kept = [(path, index) for path, index in zip(extra, extra_labels, strict=True) if index in renumbered]
    files = (*paths, *(path for path, _ in kept))
    return Source(
        title=root.name,
        class_names=tuple(names[index] for index in filled),
        labels=np.array([renumbered[index] for index in (*labels, *(index for _, index in kept))], np.int32),
        images=FileImages(root, files),
        test=np.arange(len(paths) + len(kept)) >= len(paths),
        size=usual_side(files),
        channels=3,
        fit="cover",
        notes=_notes(names, filled, set(held) - set(names)),
        groups=groups_of(files),
    )


def usual_side(files: Sequence[Path]) -> int:
    """The median shorter side of some of the images, from 16 to SIZE: small ones are not blown up."""
    sides = []
    for path in files[:: max(1, len(files) // _LOOKED_AT)]:
        try:
            with Image.open(path) as image:  # reads the header only
                sides.append(min(image.size))
        except (OSError, ValueError, SyntaxError):
            continue
    return int(np.clip(np.median(sides), 16, SIZE)) if sides else SIZE


def _parts(root: Path) -> tuple[Path, Path | None]:
    folders = {path.name.lower(): path for path in _folders(root)}
    train = next((folders[name] for name in _TRAIN if name in folders), None)
    test = next((folders[name] for name in _TEST if name in folders), None)
    if train is None or test is None or len(folders) > 3 or len(_folders(train)) < 2:
        return root, None
    return train, test


def _folders(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except OSError as error:
        raise InvalidSetting(
            f"The folder {root} cannot be read: {error.strerror}.", "Check that the disk is there."
        ) from error


def _classes(root: Path) -> dict[str, list[Path]]:
    return {path.name: list_images(path) for path in _folders(root)}


def _notes(names: list[str], filled: list[int], strangers: set[str]) -> tuple[str, ...]:
    notes = []
    if empty := [name for index, name in enumerate(names) if index not in filled]:
        notes.append(f"Left out, as they hold no images: {_listed(empty)}.")
    if strangers:
        notes.append(f"Only in the test part, so left out: {_listed(sorted(strangers))}.")
    return tuple(notes)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
