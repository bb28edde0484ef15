"""The states of the Training tab that are worth a picture, each with a real run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gui.tab import Scene

if TYPE_CHECKING:
    from gui.training.tab import TrainingTab

_EPOCHS = 6


def training_scenes(tab: TrainingTab) -> Sequence[Scene]:
    """Data, then one short training looked at from every side, then a second run to compare with."""

    def page(view: object) -> Callable[[], None]:
        return lambda: tab.pages.setCurrentWidget(view)  # type: ignore[arg-type]

    def unfold() -> None:
        for section in tab.controls.folded[:2]:
            section.toggle.setChecked(True)

    def fold() -> None:
        for section in tab.controls.folded:
            section.toggle.setChecked(False)
        tab.pages.setCurrentWidget(tab.network_view)

    def train(rate: float = 0.003) -> None:
        config = tab.controls.config()
        config = replace(
            config,
            data=replace(config.data, data="shapes", limit=3000),
            learning=replace(config.learning, epochs=_EPOCHS, learning_rate=rate),
        )
        tab.controls.show_config(config)
        tab.train()

    def trained() -> bool:
        return not tab.trainer.busy and tab.results.detail is not None

    def compared() -> bool:
        return finished() and tab.runs_view.table.rowCount() > 1 and choose()

    def choose() -> bool:
        tab.pages.setCurrentWidget(tab.runs_view)
        tab.runs_view.table.selectAll()
        return True

    def finished() -> bool:
        return trained() and tab.runs_view.table.rowCount() > 0

    return (
        Scene(
            "data",
            page(tab.data_view),
            lambda: tab.data_view.grid.count() > 0 and tab.network_view.table.rowCount() > 0,
        ),
        Scene("settings", unfold, lambda: True),
        Scene("network", fold, lambda: True),
        Scene("live", train, lambda: len(tab.trainer.live.epochs) >= 2),
        Scene("curves", page(tab.curves), finished),
        Scene("confusion", page(tab.confusion), trained),
        Scene("mistakes", page(tab.mistakes), trained),
        Scene("inside", page(tab.inside), trained),
        Scene("runs", lambda: train(0.0005), compared),
    )
