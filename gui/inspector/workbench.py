"""Centre of the Inspector: its pages under one bar of tabs."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget


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
