"""The tabs of the window: a new one is one line here. A tab is imported and built when it is first shown."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.context import AppContext
from gui.tab import Tab


@dataclass(frozen=True, slots=True)
class TabSpec:
    """Where a tab is found."""

    title: str
    module: str
    name: str  # of the class in the module

    def build(self, context: AppContext) -> Tab:
        """Import the module and make the tab."""
        return getattr(import_module(self.module), self.name)(context)


TABS: tuple[TabSpec, ...] = (
    TabSpec("Inspector", "gui.inspector.tab", "InspectorTab"),
    TabSpec("Playground", "gui.playground.tab", "PlaygroundTab"),
    TabSpec("Detection", "gui.detection.tab", "DetectionTab"),
    TabSpec("Training", "gui.training.tab", "TrainingTab"),
)


class TabHolder(QWidget):
    """The place of a tab in the window, empty until the tab is needed: start-up pays for one tab, not for all."""

    def __init__(self, spec: TabSpec, context: AppContext) -> None:
        super().__init__()
        self.spec = spec
        self.tab: Tab | None = None
        self._context = context
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def build(self) -> Tab:
        """The tab, made now if it was not."""
        if self.tab is None:
            self.tab = self.spec.build(self._context)
            self._column.addWidget(self.tab)
        return self.tab
