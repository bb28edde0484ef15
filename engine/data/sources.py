"""Labelled images as they come, before any preprocessing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.images import load_image


class Images(Protocol):
    """Images by number, each RGB uint8 (H, W, 3); reading one may raise InvalidImage."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> np.ndarray: ...

    def fingerprint(self) -> str:
        """Changes when the images do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A set of labelled images."""

    title: str
    class_names: tuple[str, ...]
    labels: np.ndarray  # (N,) int32, index into class_names
    images: Images
    test: np.ndarray  # (N,) bool: the images that its makers set apart for the final measure
    size: int  # side of the square input that suits it, pixels
    channels: int  # 1 if all is grey, else 3
    fit: str  # how any image becomes its input; a key of preprocessing.FITS
    notes: tuple[str, ...] = ()  # sentences for the person
    groups: np.ndarray | None = None  # (N,) int64: images that belong together and are not divided; None for none


@dataclass(frozen=True, slots=True)
class ArrayImages:
    """Images in memory."""

    pixels: np.ndarray  # (N, H, W) or (N, H, W, 3) uint8

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> np.ndarray:
        image = self.pixels[index]
        return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image

    def fingerprint(self) -> str:
        """Digest of shape and pixels."""
        state = hashlib.sha256(repr(self.pixels.shape).encode())
        state.update(np.ascontiguousarray(self.pixels).data)
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class FileImages:
    """Images on disk, decoded when asked for."""

    root: Path
    paths: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> np.ndarray:
        return load_image(self.paths[index]).pixels

    def fingerprint(self) -> str:
        """Digest of every file's place below the root, size and time of change."""
        state = hashlib.sha256()
        for path in self.paths:
            try:
                facts = path.stat()
                state.update(f"{path.relative_to(self.root).as_posix()}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
            except OSError:
                state.update(f"{path}|gone\n".encode())
        return state.hexdigest()


def array_source(
    title: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray] | None,
    names: Sequence[str] = (),
    fit: str = "stretch",
    size: int = 0,
) -> Source:
    """A source from uint8 images (N, H, W[, C]) and integer labels; names default to the numbers."""
    parts = [train] if test is None else [train, test]
    pixels = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([np.asarray(part).ravel() for _, part in parts]).astype(np.int32)
    if pixels.ndim == 4 and pixels.shape[3] == 1:
        pixels = pixels[:, :, :, 0]
    return Source(
        title=title,
        class_names=tuple(names) or tuple(str(index) for index in range(int(labels.max()) + 1)),
        labels=labels,
        images=ArrayImages(pixels),
        test=np.arange(len(pixels)) >= len(train[0]),
        size=size or max(pixels.shape[1:3]),
        channels=1 if pixels.ndim == 3 else 3,
        fit=fit,
    )
