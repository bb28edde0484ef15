"""The command `screenshots`; Qt loads only when it runs."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from engine import paths
from engine.commands.base import Command
from engine.errors import InvalidSetting

LEAST, MOST = 600, 8000  # pixels of a side of the window


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the pictures go")
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="of the window (%(default)s)")
    parser.add_argument("--only", metavar="TAB", help="one tab by its title")


def _run(arguments: argparse.Namespace) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    own = paths.home()
    with tempfile.TemporaryDirectory(prefix="cnn-studio-") as aside:
        # Taking pictures changes settings, recent files and runs: not those of the person.
        os.environ["CNN_STUDIO_HOME"] = aside
        if (own / "models").is_dir():
            Path(aside, "models").symlink_to(own / "models", target_is_directory=True)
        return _take(arguments)


def _take(arguments: argparse.Namespace) -> int:
    from gui.screenshots import take

    try:
        width, height = map(int, arguments.size.lower().split("x"))
    except ValueError:
        width = height = 0
    if not all(LEAST <= side <= MOST for side in (width, height)):
        raise InvalidSetting(
            f"“{arguments.size}” is not a size for the window.", f"Write it as 1280x800; a side has {LEAST} to {MOST}."
        )
    for path in take(arguments.folder, (width, height), arguments.only):
        print(path)
    return 0


COMMAND = Command("screenshots", "Render every tab, light and dark, without a display.", _add_arguments, _run)
