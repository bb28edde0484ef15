"""A column that scrolls where the window is too low for it, and in which the wheel changes no setting by the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QScrollArea,
    QScrollBar,
    QWidget,
)

TURNED = (QComboBox, QAbstractSpinBox, QAbstractSlider)  # controls whose value the wheel turns


class Scrolled(QScrollArea):
    """Holds `page`, as wide as itself.

    name: for those who cannot see it. reading: the page is text, which arrow keys scroll; otherwise Tab goes from
    control to control, and the column follows.
    """

    def __init__(self, page: QWidget, name: str, reading: bool = False) -> None:
        super().__init__()
        self._page = page
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if reading else Qt.FocusPolicy.NoFocus)

    def showEvent(self, event: QShowEvent) -> None:
        """Once all controls are there: the wheel gives none of them the focus, and passes them over without it."""
        super().showEvent(event)
        for control in self._page.findChildren(QWidget):
            if _is_turned(control):
                control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the column, unless the control was chosen first."""
        if isinstance(event, QWheelEvent) and _is_turned(watched) and watched is not QApplication.focusWidget():
            self.wheelEvent(event)
            return True
        return super().eventFilter(watched, event)


def _is_turned(control: QObject) -> bool:
    """Bars that scroll are made for the wheel."""
    return isinstance(control, TURNED) and not isinstance(control, QScrollBar)
