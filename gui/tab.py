"""What the main window asks of a tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.images import LoadedImage
from gui.context import AppContext


@dataclass(frozen=True, slots=True)
class Scene:
    """A state of a tab worth a picture: `prepare` starts it, `ready` tells when it can be taken."""

    name: str  # part of the file name
    prepare: Callable[[], None]
    ready: Callable[[], bool]


class Tab(QWidget):
    """One of the laboratory's rooms; the window knows no more of it than this."""

    title = ""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Files or folders were dropped or opened while this tab is in front."""

    def open_image(self, image: LoadedImage) -> None:
        """A picture was pasted or dragged in while this tab is in front."""

    def started(self) -> None:
        """The window is on screen: begin work that need not come before that."""

    def may_close(self) -> bool:
        """Ask the person if closing now would lose something; False keeps the window open."""
        return True

    def stop(self) -> None:
        """End threads and timers of this tab; jobs are ended by the window."""

    def scenes(self) -> Sequence[Scene]:
        """What `python main.py screenshots` shows of this tab."""
        return ()
