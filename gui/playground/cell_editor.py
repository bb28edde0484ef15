"""A line to type over one cell of a small input."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from engine.playground.numbers import write
from gui.playground.map_view import MapView


class CellEditor(QLineEdit):
    """Opens over a cell; Enter takes the number, Escape or a click elsewhere leaves it."""

    typed = Signal(object, str)  # cell and text

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self._cell: tuple[int, int, int] | None = None
        self.setAccessibleName("Number of the cell")
        self.setToolTip("Type a number and press Enter")
        self.hide()
        self.returnPressed.connect(self._take)
        self.editingFinished.connect(self.hide)

    def begin(self, cell: tuple[int, int, int], value: float) -> None:
        """Open over a cell with its present number."""
        self._cell = cell
        corner = self._view.to_widget(cell[1], cell[0])
        side = max(int(self._view.scale), 56)
        self.setGeometry(int(corner.x()), int(corner.y()), side, max(int(self._view.scale), 28))
        self.setText(write(value))
        self.selectAll()
        self.show()
        self.setFocus()

    def _take(self) -> None:
        if self._cell is not None:
            self.typed.emit(self._cell, self.text())
