"""Up to four answers side by side: methods, layers, classes or models, with one cursor and one zoom for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.explain.asking import Found
from engine.explain.views import Look, Placed, draw, place, value_at
from gui.widgets.image_view import ImageView
from gui.widgets.linked_views import LinkedViews

CELLS = 4
NONE = "none"
KINDS = {"method": "Methods", "layer": "Layers", "class_id": "Classes", "model": "Models"}


class Cell(QWidget):
    """One answer: its choice above, its value under the common cursor below."""

    changed = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = QComboBox()
        self.choice.setAccessibleName(f"Choice {number}")
        self.choice.setToolTip("What is compared in this place")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.activated.connect(lambda _: self.changed.emit())
        self.view = ImageView(f"Map {number}")
        self.view.layers.append(self._paint_cursor)
        self.facts = QLabel()
        self.facts.setProperty("role", "muted")
        self.facts.setMinimumWidth(40)
        self.found: Found | None = None
        self.placed: Placed | None = None
        self._cursor: tuple[int, int] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.choice)
        column.addWidget(self.view, 1)
        column.addWidget(self.facts)

    def show_found(self, found: Found | None, look: Look, limit: float | None, message: str = "") -> None:
        """Show an answer, on its own scale or on a common one; without one, a sentence."""
        self.found = found
        self.placed = None
        if found is None:
            self.view.hint = message
            self.view.set_image(None)
            self.facts.clear()
            return
        values, window = found.explanation.values, found.explanation.window
        self.placed = place(values, window, found.image.shape[:2], limit) if limit else found.placed
        empty = self.placed.highest <= 0 and not look.signed
        self.view.set_image(found.image if empty else draw(found.image, self.placed, look), keep_view=True)
        self._tell()

    def point(self, where: tuple[int, int] | None) -> None:
        """Put the common cursor on a pixel."""
        self._cursor = where
        self._tell()
        self.view.update()

    def _tell(self) -> None:
        if self.found is None or self.placed is None:
            return
        value = None if self._cursor is None else value_at(self.placed, *self._cursor)
        explanation = self.found.explanation
        at = f" at {explanation.layer}" if explanation.layer else ""
        text = explanation.empty_message or f"{explanation.target.title}{at}, highest {self.placed.highest:.3g}"
        self.facts.setText(text if value is None else f"{value:.4g} here; {text}")
        self.facts.setToolTip(text)

    def _paint_cursor(self, painter: QPainter, view: ImageView) -> None:
        if self._cursor is None:
            return
        point = view.to_widget(self._cursor[0] + 0.5, self._cursor[1] + 0.5)
        for colour, width in ((QColor(0, 0, 0, 150), 3.0), (QColor("white"), 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(point - QPointF(9, 0), point + QPointF(9, 0))
            painter.drawLine(point - QPointF(0, 9), point + QPointF(0, 9))


class ComparePage(QWidget):
    """Emits `changed` with the cells to ask again; computes nothing."""

    kind_changed = Signal()
    changed = Signal(int)  # cell

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        for key, title in KINDS.items():
            self.kind.addItem(title, key)
        self.kind.setAccessibleName("Compare")
        self.kind.setToolTip("What differs between the four pictures")
        self.kind.activated.connect(lambda _: self.kind_changed.emit())
        self.common = QCheckBox("One scale")
        self.common.setToolTip("The same colour means the same value in all pictures")
        self.common.toggled.connect(lambda _: self.redraw())
        self.cells = [Cell(number + 1) for number in range(CELLS)]
        self.linked = LinkedViews([cell.view for cell in self.cells], self)
        self.look = Look()
        self._image: np.ndarray | None = None  # the one that is compared
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(QLabel("Compare"))
        bar.addWidget(self.kind)
        bar.addWidget(self.common)
        bar.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, cell in enumerate(self.cells):
            grid.addWidget(cell, number // 2, number % 2)
            cell.changed.connect(lambda number=number: self.changed.emit(number))
            cell.view.hovered.connect(self._point)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addLayout(grid, 1)

    def offer(self, choices: Sequence[tuple[str, object]], chosen: Sequence[object]) -> None:
        """Fill the lists. choices: text and value; chosen: the value of each cell, fewer leave the rest empty."""
        for number, cell in enumerate(self.cells):
            cell.choice.clear()
            cell.choice.addItem("Nothing", NONE)
            for text, data in choices:
                cell.choice.addItem(text, data)
            row = cell.choice.findData(chosen[number]) if number < len(chosen) else 0
            cell.choice.setCurrentIndex(max(row, 0))

    def show_found(self, number: int, found: Found | None, message: str = "") -> None:
        """Show the answer of a cell, or why there is none."""
        if found is not None and found.image is not self._image:
            self._image = found.image
            self.linked.forget()
        self.cells[number].found = found
        self.cells[number].view.hint = message
        self.redraw()

    def redraw(self) -> None:
        """Draw all cells again, as after another look or scale."""
        highest = [float(cell.found.explanation.values.max()) for cell in self.cells if cell.found is not None]
        limit = max(highest, default=0.0) if self.common.isChecked() else None
        with self.linked.changing():
            for cell in self.cells:
                cell.show_found(cell.found, self.look, limit or None, cell.view.hint)

    def _point(self, where: tuple[int, int] | None) -> None:
        for cell in self.cells:
            cell.point(where)
