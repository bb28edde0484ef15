"""From a source to images of one size, divided and checked: what a network trains on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.data.checks import notes_on
from engine.data.datasets import open_source
from engine.data.pixels import Broken, prepared_pixels
from engine.data.settings import DataSettings
from engine.data.sources import FileImages, Source
from engine.data.splits import Split, split
from engine.jobs import Job
from engine.models.cards import Preprocessing
from engine.options import check


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled images as a network takes them, before scaling and augmentation."""

    title: str
    class_names: tuple[str, ...]
    labels: np.ndarray  # (N,) int32
    pixels: Any  # (N, height, width, channels) uint8: an array, or what gives one when indexed by numbers
    how: Preprocessing
    split: Split  # indices into the N images; those of broken files are in none of the parts
    origin: Callable[[int], str]  # what to call an image: its path, or its number
    fingerprint: str  # changes when images, labels, size or division do
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()

    def counts(self, part: np.ndarray) -> np.ndarray:
        """Images a class (classes,) among the given indices."""
        return np.bincount(self.labels[part], minlength=len(self.class_names))


def prepare_dataset(
    settings: DataSettings, how: Preprocessing | None = None, job: Job = Job.silent(), cache: bool = True
) -> Dataset:
    """Open, divide and resize the data.

    how: preprocessing that a backbone dictates; from the settings and the data otherwise. cache: keep decoded files on
    disk. Raises InvalidSetting, InvalidImage or DownloadFailed, each saying what is wrong with the data.
    """
    check(settings)
    source = open_source(settings.data, settings.seed, job, settings.size)
    parts = split(source.labels, source.test, settings.validation, settings.seed, settings.limit, source.groups)
    chosen = np.sort(np.concatenate([parts.train, parts.validation, parts.test]))
    how = how or preprocessing_for(settings, source)
    pixels, broken = prepared_pixels(source.images, chosen, how, job, cache)
    labels = source.labels[chosen]
    unusable = np.array([item.index for item in broken], np.int64)
    divided = _renumbered(parts, chosen, unusable)
    dataset = Dataset(
        title=source.title,
        class_names=source.class_names,
        labels=labels,
        pixels=pixels,
        how=how,
        split=divided,
        origin=_Origin(source, chosen),
        fingerprint=_fingerprint(source, how, divided),
        broken=broken,
        notes=source.notes,
    )
    return replace(dataset, notes=(*dataset.notes, *notes_on(dataset.counts(divided.train), dataset.class_names)))


def preprocessing_for(settings: DataSettings, source: Source) -> Preprocessing:
    """What the settings ask for, “auto” taken from the data."""
    channels = {"auto": source.channels, "grey": 1, "colour": 3}[settings.channels]
    side = settings.size or source.size
    fit = source.fit if settings.fit == "auto" else settings.fit
    return Preprocessing(side, side, channels, fit, "unit" if settings.scale == "auto" else settings.scale)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Names of the chosen images."""

    source: Source
    chosen: np.ndarray

    def __call__(self, index: int) -> str:
        number = int(self.chosen[index])
        images = self.source.images
        return str(images.paths[number]) if isinstance(images, FileImages) else f"{self.source.title} {number}"


def _renumbered(parts: Split, chosen: np.ndarray, unusable: np.ndarray) -> Split:
    """The division in terms of positions among the chosen, without those that cannot be read."""
    places = (np.searchsorted(chosen, part) for part in (parts.train, parts.validation, parts.test))
    return Split(*(place[~np.isin(place, unusable)] for place in places))


def _fingerprint(source: Source, how: Preprocessing, parts: Split) -> str:
    state = hashlib.sha256(f"{source.images.fingerprint()}|{source.class_names}|{how}".encode())
    for values in (source.labels, parts.train, parts.validation, parts.test):
        state.update(np.ascontiguousarray(values).data)
    return state.hexdigest()
