"""Every run in one table: sort, filter, name, compare, go on, delete."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.training.config import differences
from engine.training.run import Run, Unreadable
from gui.theme import Theme
from gui.training.chart import SERIES, Chart
from gui.training.columns import name_columns

_HEADERS = ("Run", "State", "Epochs", "Val accuracy", "Val loss", "Seconds", "Note")
_TITLE, _NOTE = 0, 6
_RUN = Qt.ItemDataRole.UserRole


class RunsView(QWidget):
    """Tells what the person wants; does nothing to a run itself."""

    open_wanted = Signal(object)  # Run
    resume_wanted = Signal(object)
    renamed = Signal(object, str)
    annotated = Signal(object, str)
    delete_wanted = Signal(list)  # of Run or Unreadable

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training: frozenset[Path] = frozenset()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name, network, data or note")
        self.filter.setAccessibleName("Filter runs")
        self.filter.setToolTip("Shows only the runs that hold these words")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(lambda _: self._apply_filter())
        self.table = QTableWidget(0, len(_HEADERS))
        name_columns(self.table, _HEADERS, numbers=(2, 3, 4, 5))
        self.table.setAccessibleName("Runs")
        self.table.setToolTip("Select several to compare. Double-click a name or a note to change it.")
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.itemSelectionChanged.connect(self._compare)
        self.table.itemChanged.connect(self._edited)
        self.chart = Chart(theme, "Validation loss of the selected runs", "epoch", "validation loss")
        self.compared = QLabel("Select runs to lay their curves over each other.")
        self.compared.setWordWrap(True)
        self.compared.setTextFormat(Qt.TextFormat.PlainText)
        self.compared.setProperty("role", "muted")
        buttons = QHBoxLayout()
        buttons.addWidget(self.filter, 1)
        self._open = self._button(
            buttons, "Show", "Curves, confusion and mistakes of the selected run", self.open_wanted
        )
        self._resume = self._button(
            buttons, "Resume", "Go on where the selected run was interrupted", self.resume_wanted
        )
        self._delete = QPushButton("Delete")
        self._delete.setToolTip("Move the selected runs to the trash")
        self._delete.setAccessibleName("Delete runs")
        self._delete.clicked.connect(lambda _=False: self.delete_wanted.emit(self.selected()))
        buttons.addWidget(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.table, 3)
        column.addWidget(self.chart, 3)
        column.addWidget(self.compared)
        self._compare()

    def _button(self, row: QHBoxLayout, text: str, tip: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleName(f"{text} run")
        button.clicked.connect(lambda _=False: signal.emit(self.selected()[0]))
        row.addWidget(button)
        return button

    def selected(self) -> list[Run | Unreadable]:
        """The selected runs, in the order of the table."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self._run_in(row) for row in rows if not self.table.isRowHidden(row)]

    def _run_in(self, row: int) -> Run | Unreadable:
        item = self.table.item(row, _TITLE)
        assert item is not None
        return item.data(_RUN)

    def show_runs(self, found: Sequence[Run | Unreadable], training: Collection[Path] = ()) -> None:
        """Replace the table; what was selected stays so. training: folders of the runs that are being trained."""
        self._training = frozenset(training)
        chosen = {run.path for run in self.selected()}
        self.table.blockSignals(True)
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(found))
        for row, run in enumerate(found):
            self._fill(row, run)
        self.table.setSortingEnabled(True)
        self.table.clearSelection()
        mode = self.table.selectionMode()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        for row in range(self.table.rowCount()):
            if self._run_in(row).path in chosen:
                self.table.selectRow(row)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection if mode else mode)
        self.table.blockSignals(False)
        self._apply_filter()
        self._compare()

    def _fill(self, row: int, run: Run | Unreadable) -> None:
        if isinstance(run, Unreadable):
            values: tuple = (run.path.name, "unreadable", "", "", "", "", run.reason)
        else:
            best = run.best
            values = (
                run.title,
                self._state_of(run),
                len(run.history),
                round(best.val_accuracy, 4) if best else "",
                round(best.val_loss, 4) if best else "",
                round(run.seconds, 1),
                run.note,
            )
        for column, value in enumerate(values):
            item = QTableWidgetItem()
            item.setData(Qt.ItemDataRole.DisplayRole, value)
            if column not in (_TITLE, _NOTE) or isinstance(run, Unreadable):
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            if 2 <= column <= 5:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(str(run.path) if isinstance(run, Run) else run.reason)
            if column == _TITLE:
                item.setData(_RUN, run)
            self.table.setItem(row, column, item)

    def _state_of(self, run: Run) -> str:
        if run.path in self._training:
            return "training"
        return "interrupted" if run.state.status == "running" else run.state.status

    def _apply_filter(self) -> None:
        words = self.filter.text().lower().split()
        for row in range(self.table.rowCount()):
            run = self._run_in(row)
            cells = " ".join(str(self.table.model().index(row, column).data()) for column in range(len(_HEADERS)))
            more = f" {run.config.network.network} {run.config.data.data}" if isinstance(run, Run) else ""
            self.table.setRowHidden(row, not all(word in (cells + more).lower() for word in words))

    def _edited(self, item: QTableWidgetItem) -> None:
        run = self._run_in(item.row())
        if isinstance(run, Run) and item.column() == _TITLE and item.text() != run.title:
            self.renamed.emit(run, item.text())
        elif isinstance(run, Run) and item.column() == _NOTE and item.text() != run.note:
            self.annotated.emit(run, item.text())

    def _compare(self) -> None:
        """Lay the selected runs over each other and say which settings differ."""
        chosen = [run for run in self.selected() if isinstance(run, Run)]
        only = chosen[0] if len(self.selected()) == len(chosen) == 1 else None
        self._open.setEnabled(only is not None and bool(only.history))
        self._resume.setEnabled(only is not None and only.resumable and only.path not in self._training)
        paths = {run.path for run in self.selected()}
        self._delete.setEnabled(bool(paths) and not paths & self._training)
        self.chart.drop_curves()
        for index, run in enumerate(run for run in chosen if run.history):
            epochs = np.array([row.epoch for row in run.history], float)
            losses = np.array([row.val_loss for row in run.history])
            name = (
                run.title
                if sum(other.title == run.title for other in chosen) == 1
                else f"{run.title} ({run.path.name})"
            )
            self.chart.set_curve(name, epochs, losses, SERIES[index % len(SERIES)], dots=True)
        self.chart.enableAutoRange()
        self.compared.setText(_differing(chosen))


def _differing(chosen: Sequence[Run]) -> str:
    if len(chosen) < 2:
        return "Select several runs to see in which settings they differ."
    names = sorted({name for run in chosen[1:] for name in differences(chosen[0].config, run.config)})
    if not names:
        return "These runs have the same settings."
    values = [{**differences(chosen[0].config, run.config)} for run in chosen]
    lines = []
    for name in names:
        first = next(pair[name][0] for pair in values if name in pair)
        shown = (str(pair[name][1]) if name in pair else str(first) for pair in values)
        lines.append(f"{name.replace('_', ' ')}: {' / '.join(shown)}")
    return "Different settings, in the order of the legend. " + "; ".join(lines)
