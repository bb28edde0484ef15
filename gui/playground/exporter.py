"""Ask where a file goes, and write a stage there in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import EngineError
from engine.playground.export import save_stage
from gui.context import AppContext

_PATTERN = "Picture (*.png);;Vector picture (*.svg);;Array (*.npy)"


class Exporter:
    """Saves what a page shows; remembers the folder."""

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        self._context = context
        self._parent = parent

    def folder(self) -> str:
        """Where the last file went."""
        return self._context.settings.text("folder")

    def export(self, values: np.ndarray, title: str) -> None:
        """Ask for a file and write the stage (H, W, C) or (N,) to it."""

        def save(path: Path) -> None:
            self._context.jobs.submit(
                lambda _: save_stage(values, path, title), title=f"Saving {path.name}", on_error=self._failed
            )

        self.ask("Export this stage", "stage.png", _PATTERN, save)

    def ask(self, title: str, name: str, pattern: str, use: Callable[[Path], None]) -> None:
        """Ask for a target; a name without a suffix gets that of the chosen kind."""
        target, chosen = QFileDialog.getSaveFileName(self._parent, title, str(Path(self.folder()) / name), pattern)
        if not target:
            return
        path = Path(target)
        if not path.suffix:
            path = path.with_suffix(chosen.rsplit("*", 1)[-1].rstrip(")"))
        self._context.settings.put("folder", str(path.parent))
        use(path)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EngineError):
            self._context.say(error.message, error.hint)
        else:
            self._context.jobs.failed.emit("Export", error)
