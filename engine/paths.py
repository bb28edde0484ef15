"""Where things live: bundled resources, and the user's own models, runs, captures and logs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

import resources

APP = "cnn-studio"
RESOURCES = Path(resources.__file__).parent


def home() -> Path:
    """Folder of everything the user makes; the environment variable CNN_STUDIO_HOME moves it."""
    return Path(os.environ.get("CNN_STUDIO_HOME") or platformdirs.user_data_dir(APP, appauthor=False))


def models() -> Path:
    """Folder of downloaded and imported weights."""
    return home() / "models"


def runs() -> Path:
    """Folder of training runs, one folder a run."""
    return home() / "runs"


def captures() -> Path:
    """Folder of snapshots and recordings."""
    return home() / "captures"


def settings_file() -> Path:
    """The window's settings, an INI file."""
    return home() / "settings.ini"
