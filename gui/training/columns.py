"""Name the columns of a table so that each name stands over what it names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem


def name_columns(table: QTableWidget, names: Sequence[str], numbers: Collection[int]) -> None:
    """Names over words begin at the left; those over `numbers`, by number of the column, end at the right."""
    for column, name in enumerate(names):
        item = QTableWidgetItem(name)
        side = Qt.AlignmentFlag.AlignRight if column in numbers else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        table.setHorizontalHeaderItem(column, item)
    table.horizontalHeader().setHighlightSections(False)
