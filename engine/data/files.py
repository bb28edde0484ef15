"""Data in a local file: NumPy archives as Keras keeps them, and the idx files of MNIST."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np

from engine.data.sources import Source, array_source
from engine.errors import InvalidSetting

_PAIRS = (("x_train", "y_train"), ("x", "y"), ("images", "labels"))


def npz_source(path: Path) -> Source:
    """Images and labels from an .npz with x_train, y_train (and x_test, y_test), or x, y. Raises InvalidSetting."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            pair = next((pair for pair in _PAIRS if set(pair) <= set(archive)), None)
            if pair is None:
                raise InvalidSetting(
                    f"“{path.name}” holds {', '.join(archive) or 'nothing'}.",
                    "Expected arrays x_train and y_train, or x and y.",
                )
            train = (archive[pair[0]], archive[pair[1]])
            test = (archive["x_test"], archive["y_test"]) if {"x_test", "y_test"} <= set(archive) else None
            names = _names(archive["class_names"]) if "class_names" in archive else ()
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = "it holds Python objects or is no archive" if "pickle" in str(error) else error
        raise InvalidSetting(
            f"“{path.name}” cannot be read: {reason}.", "Expected a NumPy .npz archive of plain arrays."
        ) from error
    for images, targets in filter(None, (train, test)):
        _check(path.name, images, targets, len(names))
    if test is not None and train[0].shape[1:] != test[0].shape[1:]:
        raise InvalidSetting(
            f"“{path.name}” has images of shape {train[0].shape[1:]} in {pair[0]} and {test[0].shape[1:]} in x_test.",
            "Give both in one size and with the same channels.",
        )
    return array_source(path.stem, train, test, names)


def is_idx_folder(folder: Path) -> bool:
    """Whether a folder holds the four files of MNIST."""
    return bool(_idx(folder, "train-images")) and bool(_idx(folder, "train-labels"))


def idx_source(folder: Path, title: str = "", names: tuple[str, ...] = (), fit: str = "stretch") -> Source:
    """Images and labels from train-images-idx3-ubyte(.gz) and its three siblings. Raises InvalidSetting."""
    parts = []
    for part in ("train", "t10k"):
        images, labels = _idx(folder, f"{part}-images"), _idx(folder, f"{part}-labels")
        if images and labels:
            parts.append((_read_idx(images), _read_idx(labels)))
            _check(folder.name, *parts[-1], len(names))
    return array_source(title or folder.name, parts[0], parts[1] if len(parts) > 1 else None, names, fit)


def _idx(folder: Path, start: str) -> Path | None:
    return next((path for path in sorted(folder.glob(f"{start}*ubyte*")) if path.is_file()), None)


def _read_idx(path: Path) -> np.ndarray:
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        _, kind, dimensions = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
        if kind != 8:
            raise ValueError(f"element type {kind} instead of bytes")
        return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    except (OSError, EOFError, ValueError, struct.error) as error:
        raise InvalidSetting(f"“{path.name}” is not an idx file: {error}.", "Expected MNIST's own format.") from error


def _names(array: np.ndarray) -> tuple[str, ...]:
    if array.ndim != 1:
        raise ValueError(f"class_names has shape {array.shape} instead of one row of names")
    return tuple(map(str, array))


def _check(name: str, images: np.ndarray, labels: np.ndarray, names: int) -> None:
    """Raise InvalidSetting unless images and labels can be trained on. names: how many classes have one, or 0."""
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] not in (1, 3)):
        raise InvalidSetting(
            f"The images in “{name}” have shape {images.shape} and type {images.dtype}.",
            "Expected (images, height, width) or (images, height, width, 1 or 3) and uint8.",
        )
    if labels.size != len(images) or not np.issubdtype(labels.dtype, np.integer) or (labels.size and labels.min() < 0):
        raise InvalidSetting(
            f"“{name}” has {len(images)} images and labels of shape {labels.shape} and type {labels.dtype}.",
            "Expected one whole number, 0 or more, per image.",
        )
    if labels.size and (names or len(labels)) <= labels.max():
        known = f"{names} class names" if names else f"{len(labels)} images"
        raise InvalidSetting(
            f"“{name}” has {known}, but labels up to {labels.max()}.", "Number the classes from 0 without gaps."
        )
    if not len(images):
        raise InvalidSetting(f"“{name}” holds no images.", "Give a file with at least two classes of images.")
