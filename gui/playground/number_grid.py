"""A grid of numbers to edit, coloured by value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from engine.colormaps import paint, scale_of
from engine.errors import EngineError
from engine.playground.numbers import parse, write

_CELL = 32  # pixels, less where many cells must fit
_WIDTH = 264
_MOST_ROWS = 11  # in view at once
_BAR = 16  # width of a scroll bar


class NumberGrid(QTableWidget):
    """Shows (rows, columns) numbers; a text that is no number is refused and the old one comes back."""

    edited = Signal(object)  # the whole grid with the new number, float32
    refused = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip("Type a number into a cell and press Enter")
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(8)
        self.verticalHeader().setMinimumSectionSize(8)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setStyleSheet("QTableWidget::item { padding: 0px; }")
        self._numbers = np.zeros((0, 0), np.float32)
        self._filling = False
        self.itemChanged.connect(self._item_changed)

    def show_numbers(self, numbers: np.ndarray) -> None:
        """Replace the grid without telling."""
        self._filling = True
        rows, columns = numbers.shape
        self._numbers = np.array(numbers, np.float32)
        if (rows, columns) != (self.rowCount(), self.columnCount()):
            self._resize(rows, columns)
        colours = paint(self._numbers, scale_of(self._numbers))
        for row in range(rows):
            for column in range(columns):
                self._fill(row, column, colours[row, column])
        self._filling = False

    def _resize(self, rows: int, columns: int) -> None:
        self.setRowCount(rows)
        self.setColumnCount(columns)
        width = max(min(_CELL + 16, _WIDTH // max(columns, 1)), 22)
        height = min(_CELL, max(_WIDTH // max(rows, 1), 22))
        for column in range(columns):
            self.setColumnWidth(column, width)
        for row in range(rows):
            self.setRowHeight(row, height)
        font = self.font()
        font.setPixelSize(12 if width >= 40 else 10 if width >= 28 else 8)
        self.setFont(font)
        across, down = width * columns > _WIDTH, rows > _MOST_ROWS
        frame = 2 * self.frameWidth()
        self.setFixedHeight(min(rows, _MOST_ROWS) * height + frame + (_BAR if across else 0))
        self.setFixedWidth(min(width * columns, _WIDTH) + frame + (_BAR if down else 0))

    def _fill(self, row: int, column: int, colour: np.ndarray) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            self.setItem(row, column, item)
        value = float(self._numbers[row, column])
        item.setText(_brief(value, 2 if self.columnWidth(column) < 30 else 3))
        item.setToolTip(f"Row {row}, column {column}: {write(value)}")
        item.setBackground(QColor(*map(int, colour)))
        item.setForeground(QColor("black" if colour.mean() > 127 else "white"))

    def _item_changed(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        try:
            number = parse(item.text())
        except EngineError as error:
            self.show_numbers(self._numbers)
            self.refused.emit(str(error))
            return
        numbers = self._numbers.copy()
        numbers[item.row(), item.column()] = number
        self.edited.emit(numbers)


def _brief(value: float, figures: int) -> str:
    """A number short enough for a small cell; the tool tip has all of it."""
    text = write(value)
    if len(text) > figures + 2:
        text = f"{round(value, figures) + 0.0:.{figures}g}".replace("-", "−")  # + 0.0: there is no −0
    return text.replace("0.", ".", 1) if figures == 2 and abs(value) < 1 else text
