"""The confusion matrix of any epoch, the images behind a cell, and the scores of each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSlider,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.training import metrics
from gui.theme import Theme
from gui.training.columns import name_columns
from gui.training.confusion_matrix import ConfusionMatrix
from gui.training.picture_grid import Picture, PictureGrid

_HINT = "Click a cell for its images."
_COLUMN = 62  # least pixels of a column, so that no number is cut
_SHOWN = 60  # images of a cell
_MOST = 100  # classes of the matrix; of more, those with the most mistakes


class _Scores(QStyledItemDelegate):
    """Writes scores with as many digits as each other, so that they stand below each other."""

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        return f"{value:.3f}" if isinstance(value, float) else str(super().displayText(value, locale))


class ConfusionView(QWidget):
    """Matrix, epoch slider, class scores, and the images of the chosen cell."""

    epoch_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(theme)
        self.matrix.picked.connect(self._show_cell)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch of the matrix")
        self.slider.setToolTip("Which epoch to look at")
        self.slider.valueChanged.connect(self._slid)
        self._epoch = QLabel("epoch –")
        self._epoch.setMinimumWidth(72)
        rates = QCheckBox("Percentages")
        rates.setToolTip("Share of the images of the true class, instead of their number")
        rates.toggled.connect(self._use_rates)
        self.scores = QTableWidget(0, 5)
        name_columns(self.scores, ("Class", "Precision", "Recall", "F1", "Images"), numbers=(1, 2, 3, 4))
        self.scores.setAccessibleName("Scores of each class")
        self.scores.setToolTip(
            "Precision: share of the images given this class that belong to it. Recall:"
            " share of the images of this class that were found. F1: harmonic mean of both."
        )
        self.scores.verticalHeader().hide()
        self.scores.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.scores.setItemDelegate(_Scores(self.scores))
        self.scores.setSortingEnabled(True)
        self.scores.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # as the classes come, until asked otherwise
        self.scores.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.scores.horizontalHeader().setMinimumSectionSize(_COLUMN)
        self.cell = QLabel(_HINT)
        self.cell.setProperty("role", "muted")
        self.images = PictureGrid("Images of the chosen cell", 48)
        self.images.setFixedHeight(168)
        self._truth = self._predicted = np.empty(0, np.int32)
        self._names: tuple[str, ...] = ()
        self._shown = np.empty(0, np.int64)  # classes that are rows of the matrix
        self._picture: Callable[[int], Picture] | None = None
        self._cell: tuple[int, int] | None = None  # on show; at first the commonest mistake
        bar = QHBoxLayout()
        bar.addWidget(QLabel("Epoch"))
        bar.addWidget(self.slider, 1)
        bar.addWidget(self._epoch)
        bar.addWidget(rates)
        row = QHBoxLayout()
        row.addWidget(self.matrix, 1)
        row.addWidget(self.scores, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(bar)
        column.addLayout(row, 1)
        column.addWidget(self.cell)
        column.addWidget(self.images)

    def set_epochs(self, last: int, shown: int) -> None:
        """How many epochs there are, and which is on show; tells nobody."""
        self.slider.blockSignals(True)
        self.slider.setRange(1, max(last, 1))
        self.slider.setValue(shown)
        self.slider.setEnabled(last > 1)
        self.slider.blockSignals(False)
        self._epoch.setText(f"{shown} of {last}" if last else "–")

    def show_answers(
        self,
        truth: np.ndarray,
        predicted: np.ndarray,
        names: Sequence[str],
        picture: Callable[[int], Picture] | None,
    ) -> None:
        """Answers for the validation images; picture: image number i of them, None while the data are not open."""
        self._truth, self._predicted, self._names, self._picture = truth, predicted, tuple(names), picture
        self._shown = metrics.most_confused(truth, predicted, len(names), _MOST)
        counts = metrics.confusion_among(truth, predicted, self._shown)
        self.matrix.show_counts(counts, [names[int(index)] for index in self._shown])
        self._fill_scores(metrics.class_scores(truth, predicted, len(names)))
        if self._cell is None or max(self._cell) >= len(self._shown):
            self._cell = metrics.commonest_mistake(counts)
        self._show_cell(*self._cell)

    def clear(self) -> None:
        """No run is on show."""
        self._cell, self._picture = None, None
        self.set_epochs(0, 1)
        self.matrix.show_counts(np.zeros((0, 0), np.int64), ())
        self.scores.setRowCount(0)
        self.cell.setText(_HINT)
        self.images.show_pictures(())

    def _fill_scores(self, scores: metrics.ClassScores) -> None:
        self.scores.setSortingEnabled(False)
        self.scores.setRowCount(len(self._names))
        for row, name in enumerate(self._names):
            self.scores.setItem(row, 0, QTableWidgetItem(name))
            values = (scores.precision[row], scores.recall[row], scores.f1[row], int(scores.support[row]))
            for column, value in enumerate(values, 1):
                item = QTableWidgetItem()
                item.setData(Qt.ItemDataRole.DisplayRole, round(float(value), 3) if column < 4 else value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.scores.setItem(row, column, item)
        self.scores.setSortingEnabled(True)

    def _show_cell(self, row: int, column: int) -> None:
        self._cell = (row, column)
        true, said = int(self._shown[row]), int(self._shown[column])
        members = np.flatnonzero((self._truth == true) & (self._predicted == said))
        names = f"“{self._names[true]}” called “{self._names[said]}”"
        if len(self._shown) < len(self._names):
            names = f"The {len(self._shown)} classes with the most mistakes of {len(self._names):,}. {names}"
        if self._picture is None:
            self.cell.setText(f"{names}: {len(members)}. The images come once the data are open.")
            return
        more = f", the first {_SHOWN}" if len(members) > _SHOWN else ""
        self.cell.setText(f"{names}: {len(members)}{more}")
        self.images.show_pictures([self._picture(int(index)) for index in members[:_SHOWN]])

    def _slid(self, epoch: int) -> None:
        self._epoch.setText(f"{epoch} of {self.slider.maximum()}")
        self.epoch_wanted.emit(epoch)

    def _use_rates(self, on: bool) -> None:
        self.matrix.rates = on
        self.matrix.update()
