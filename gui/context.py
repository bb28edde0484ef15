"""What every tab is given: jobs, settings, theme and the models in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.cache import KeyedCache
from engine.images import LoadedImage
from gui.jobs import JobRunner
from gui.settings import Settings
from gui.theme import Theme


@dataclass(frozen=True, slots=True)
class AppContext:
    """Shared services; tabs know these and not each other."""

    jobs: JobRunner
    settings: Settings
    theme: Theme
    say: Callable[[str, str], None]  # message and hint, shown in the banner under the tabs
    remember: Callable[[Path], None]  # a file the user opened, for the recent ones
    show_in: Callable[[str, LoadedImage], None]  # title of a tab and an image for it: brings that tab to the front
    models: KeyedCache = field(default_factory=lambda: KeyedCache(_load_model, size=3))


def _load_model(key: tuple) -> object:
    """Called on a worker: the first use imports TensorFlow."""
    from engine import models

    reference, labels, scale = key
    return models.loading.load(reference, labels=labels, scale=scale)
