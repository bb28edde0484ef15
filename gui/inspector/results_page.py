"""Many images at once: a table that fills while they are classified, sorts, and is saved as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.classification.rows import THUMBNAIL, Row
from gui.pictures import to_pixmap
from gui.words import count, percent

COLUMNS = ("Image", "Class", "Probability", "Remark")
_Index = QModelIndex | QPersistentModelIndex


class ResultsModel(QAbstractTableModel):
    """Rows of a batch; grows at the end only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._keys: list[tuple[str, str, float, str]] = []  # what to sort by: asked for at every comparison
        self._icons: dict[int, QIcon] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self.rows = []
        self._keys = []
        self._icons = {}
        self.endResetModel()

    def add(self, rows: Sequence[Row]) -> None:
        """Append rows."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self._keys.extend(map(_sort_keys, rows))
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """As Qt asks."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """As Qt asks."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, thumbnail, tooltip, and under UserRole the value to sort by."""
        if role == Qt.ItemDataRole.UserRole:
            return self._keys[index.row()][index.column()]
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _texts(row)[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._icon(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(row.path) if index.column() == 0 else _texts(row)[index.column()]
        return None

    def _icon(self, number: int) -> QIcon | None:
        """Made when first painted: thousands of rows are rarely all looked at."""
        thumbnail = self.rows[number].thumbnail
        if thumbnail is None:
            return None
        if number not in self._icons:
            self._icons[number] = QIcon(to_pixmap(thumbnail))
        return self._icons[number]


def _texts(row: Row) -> tuple[str, str, str, str]:
    if row.answer is None:
        return row.path.name, "", "", str(row.error)
    best = row.answer.predictions[0]
    return row.path.name, best.label, percent(best.probability), " ".join(row.notes)


def _sort_keys(row: Row) -> tuple[str, str, float, str]:
    name, label, _, remark = _texts(row)
    probability = row.answer.predictions[0].probability if row.answer else -1.0
    return name.casefold(), label.casefold(), probability, remark


class ResultsPage(QWidget):
    """The table with its buttons."""

    opened = Signal(object)  # Row that was double-clicked or entered
    selected = Signal(object)  # Row under the cursor
    save_wanted = Signal()
    explain_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ResultsModel(self)
        order = QSortFilterProxyModel(self)
        order.setSourceModel(self.model)
        order.setSortRole(Qt.ItemDataRole.UserRole)
        self.table = QTableView()
        self.table.setAccessibleName("Results")
        self.table.setToolTip("Click a heading to sort; double-click a row to see the image")
        self.table.setModel(order)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as read, until asked
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(THUMBNAIL + 8)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((220, 130, 90)):
            self.table.setColumnWidth(column, width)
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.table.activated.connect(lambda index: self.opened.emit(self.model.rows[order.mapToSource(index).row()]))
        self.table.selectionModel().currentRowChanged.connect(
            lambda index, _: self._row_changed(order.mapToSource(index))
        )
        self._summary = QLabel()
        self._summary.setProperty("role", "title")
        save = QPushButton("Save as CSV…")
        save.setToolTip("Save every row with its top classes")
        save.clicked.connect(self.save_wanted)
        maps = QPushButton("Save all maps…")
        maps.setToolTip(
            "Explain every image as asked on the left, and save maps, pictures and a manifest in a new folder"
        )
        maps.clicked.connect(self.explain_wanted)
        back = QPushButton("Back to the image")
        back.setToolTip("Show the single image again")
        back.clicked.connect(self.back_wanted)
        bar = QHBoxLayout()
        bar.addWidget(self._summary, 1)
        bar.addWidget(maps)
        bar.addWidget(save)
        bar.addWidget(back)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(8)
        column_layout.addLayout(bar)
        column_layout.addWidget(self.table, 1)

    def _row_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.selected.emit(self.model.rows[index.row()])

    def begin(self) -> None:
        """Empty the table for a new batch."""
        self.model.clear()
        self._tell()

    def add(self, rows: Sequence[Row]) -> None:
        """Append finished rows."""
        self.model.add(rows)
        self._tell()

    def _tell(self) -> None:
        bad = sum(row.error is not None for row in self.model.rows)
        failed = f", {bad} could not be read" if bad else ""
        self._summary.setText(f"{count(len(self.model.rows), 'image')}{failed}")
