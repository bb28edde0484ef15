"""The states of the tab that the screenshots show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from engine.playground.lessons import lessons
from engine.samples import SAMPLES
from gui.tab import Scene

if TYPE_CHECKING:
    from gui.playground.tab import PlaygroundTab


def scenes(tab: PlaygroundTab) -> tuple[Scene, ...]:
    """One state for each thing the tab is for."""
    page = tab.stack_page

    def experiment(kind: str, number: int, cell: tuple[int, ...], panel: int) -> Callable[[], None]:
        def prepare() -> None:
            tab.show_page(0)
            page.explorer.set_cell(None)
            page.meaning.setCurrentIndex(panel)
            page.run_experiment(lessons()[kind].experiments[number], kind)
            tab.session.computed.connect(lambda: page.explorer.set_cell(cell, pinned=True), _ONCE)

        return prepare

    def settled() -> bool:
        return not tab.session.busy and bool(tab.session.stages) and page.explorer.cell is not None

    def network() -> None:
        tab.desk.use_pixels(SAMPLES["cat"].load().pixels, "Cat")
        tab.show_page(1)

    def animation() -> None:
        experiment("convolution", 0, (1, 1, 0), 0)()
        tab.session.computed.connect(lambda: page.explorer.player.scrub.setValue(4), _ONCE)

    return (
        Scene("edges", experiment("convolution", 0, (1, 2, 0), 0), settled),
        Scene("padding", experiment("convolution", 1, (0, 40, 0), 0), settled),
        Scene("pooling", experiment("pooling", 2, (1, 1, 0), 0), settled),
        Scene("activation", experiment("activation", 0, (120, 200, 0), 1), settled),
        Scene("classifier", experiment("dense", 0, (1,), 2), settled),
        Scene("animation", animation, settled),
        Scene("network", network, lambda: tab.network_page.ready),
    )


_ONCE = Qt.ConnectionType.SingleShotConnection
