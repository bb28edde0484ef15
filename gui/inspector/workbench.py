"""Centre of the Inspector: its pages under one bar of tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QTabBar, QTabWidget, QVBoxLayout, QWidget


class Workbench(QWidget):
    """A tab bar and a stack that follow each other, whichever is changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget()
        self.bar = QTabBar()
        self.bar.setAccessibleName("Views")
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        self.bar.currentChanged.connect(self.pages.setCurrentIndex)
        self.pages.currentChanged.connect(self._follow)

    def add(self, page: QWidget, title: str, tip: str, shown: bool = True) -> None:
        """Add a page; one that is not shown gets its tab when it is first opened."""
        self.pages.addWidget(page)
        index = self.bar.addTab(title)
        self.bar.setTabToolTip(index, tip)
        self.bar.setTabVisible(index, shown)

    def _follow(self, index: int) -> None:
        self.bar.setTabVisible(index, True)
        self.bar.setCurrentIndex(index)


def side_tabs(pages: Sequence[tuple[QWidget, str]], width: int) -> QTabWidget:
    """Pages of a fixed width under tabs."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tabs.setFixedWidth(width)
    for page, title in pages:
        tabs.addTab(page, title)
    return tabs
