"""The network as a graph with its layers in a table, and as Keras code to copy."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.models.layer_rows import Structure
from gui.theme import Theme
from gui.training.columns import name_columns

_HEADERS = ("", "Layer", "Kind", "Output", "Parameters", "Multiply-adds", "")
_NUMBERS = (4, 5)  # columns
_LANE = 12  # pixels between the main line and the shortcuts beside it


class NetworkView(QWidget):
    """A table whose first column draws the graph."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = QLabel("The network appears here once the data are open.")
        self.table = QTableWidget(0, len(_HEADERS))
        name_columns(self.table, _HEADERS, _NUMBERS)
        self.table.setAccessibleName("Layers")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self._wires = _Wires(theme)
        self.table.setItemDelegateForColumn(0, self._wires)
        self.code = QPlainTextEdit()
        self.code.setReadOnly(True)
        self.code.setAccessibleName("Keras code of the network")
        self.code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        copy = QPushButton("Copy code")
        copy.setToolTip("Put the code on the clipboard")
        copy.setAccessibleName("Copy code")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.code.toPlainText()))
        pages = QTabWidget()
        pages.setDocumentMode(True)
        pages.addTab(self.table, "Layers")
        pages.addTab(self.code, "Keras code")
        bar = QHBoxLayout()
        bar.addWidget(self.summary, 1)
        bar.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(bar)
        column.addWidget(pages, 1)

    def show_network(self, structure: Structure, code: str) -> None:
        """Replace what is shown."""
        self.summary.setText(
            f"{structure.parameters:,} parameters, {structure.trainable:,} of them learn;"
            f" {structure.multiply_adds / 1e6:,.1f} million multiply-adds per image"
        )
        self.code.setPlainText(code)
        self._wires.show_structure(structure)
        self.table.setRowCount(len(structure.layers))
        for index, row in enumerate(structure.layers):
            shape = " × ".join("?" if side is None else str(side) for side in row.shape[1:])
            texts = ("", row.name, row.kind, shape, f"{row.parameters:,}", f"{row.multiply_adds:,}", row.note)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text if text != "0" else "–")
                if column in _NUMBERS:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(index, column, item)
        self.table.resizeColumnsToContents()

    def show_problem(self, text: str) -> None:
        """Why there is no network to show."""
        self.summary.setText(text)
        self.table.setRowCount(0)
        self.code.setPlainText("")


class _Wires(QStyledItemDelegate):
    """Draws one row's part of the graph: a dot for the layer, the main line, and shortcuts that pass by."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._jumps: list[tuple[int, int, int]] = []  # from row, to row, lane
        self._trainable: list[bool] = []
        self._lanes = 0

    def show_structure(self, structure: Structure) -> None:
        """Lay the shortcuts into lanes so that no two overlap."""
        rows = {row.name: index for index, row in enumerate(structure.layers)}
        pairs = [(rows[name], index) for index, row in enumerate(structure.layers) for name in row.inputs]
        self._trainable = [row.trainable for row in structure.layers]
        busy: list[int] = []  # row until which each lane is taken
        self._jumps = []
        for start, end in sorted(pair for pair in pairs if pair[1] - pair[0] > 1):
            lane = next((index for index, until in enumerate(busy) if until <= start), len(busy))
            busy[lane : lane + 1] = [end]
            self._jumps.append((start, end, lane + 1))
        self._lanes = len(busy)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for all lanes."""
        return QSize(_LANE * (self._lanes + 2), 24)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Lines through the cell of a row."""
        row, box = index.row(), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.colours.muted), 1.5))
        main, middle = box.left() + _LANE, box.center().y()
        if row > 0:
            painter.drawLine(QPointF(main, box.top()), QPointF(main, middle))
        if row < len(self._trainable) - 1:
            painter.drawLine(QPointF(main, middle), QPointF(main, box.bottom() + 1))
        for start, end, lane in self._jumps:
            x = main + lane * _LANE
            if start < row < end:
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom() + 1))
            elif row == start:
                painter.drawPolyline([QPointF(main, middle), QPointF(x, middle), QPointF(x, box.bottom() + 1)])
            elif row == end:
                painter.drawPolyline([QPointF(x, box.top()), QPointF(x, middle), QPointF(main, middle)])
        learns = row < len(self._trainable) and self._trainable[row]
        painter.setBrush(QColor(self._theme.colours.accent if learns else self._theme.colours.surface))
        painter.drawEllipse(QPointF(main, middle), 4, 4)
        painter.restore()
