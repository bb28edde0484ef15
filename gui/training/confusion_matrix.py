"""The confusion matrix as a picture: rows are true classes, columns predicted ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.training import metrics
from gui.theme import Theme

_MARGIN, _NUMBERS = 88, 22  # most pixels for the names; least size of a cell that holds its number


class ConfusionMatrix(QWidget):
    """Rows are true classes, columns predicted ones; colour is the share of the row."""

    picked = Signal(int, int)  # true and predicted class

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self._at = (0, 0)
        self.rates = False
        self._margin = _MARGIN
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Confusion matrix")
        self.setToolTip("Rows: what it is. Columns: what the network says. Click a cell for its images.")

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(480, 420)

    def show_counts(self, counts: np.ndarray, names: Sequence[str]) -> None:
        """Replace the matrix (classes, classes)."""
        self._counts, self._names = counts, tuple(names)
        self._at = (min(self._at[0], max(len(names) - 1, 0)), min(self._at[1], max(len(names) - 1, 0)))
        widest = max((QFontMetrics(self.font()).horizontalAdvance(name) for name in names), default=0)
        self._margin = min(_MARGIN, widest + 16)
        right = int(np.trace(counts))
        self.setAccessibleDescription(f"{right} of {int(counts.sum())} right, {len(names)} classes")
        self.update()

    def _cell(self) -> float:
        count = max(len(self._names), 1)
        return min((self.width() - self._margin) / count, (self.height() - self._margin) / count)

    def _under(self, place: QPoint) -> tuple[int, int] | None:
        size = self._cell()
        row, column = int((place.y() - self._margin) // size), int((place.x() - self._margin) // size)
        return (row, column) if 0 <= row < len(self._names) and 0 <= column < len(self._names) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the value under the cursor."""
        if (cell := self._under(event.position().toPoint())) is None:
            QToolTip.hideText()
            return
        QToolTip.showText(event.globalPosition().toPoint(), self._said(*cell), self)

    def _said(self, row: int, column: int) -> str:
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        share = count / total if total else 0.0
        return f"{self._names[row]} called {self._names[column]}: {count} of {total} ({share:.1%})"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        if (cell := self._under(event.position().toPoint())) is not None:
            self._choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the choice."""
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if event.key() not in steps or not self._names:
            super().keyPressEvent(event)
            return
        step, last = steps[Qt.Key(event.key())], len(self._names) - 1
        self._choose(min(max(self._at[0] + step[0], 0), last), min(max(self._at[1] + step[1], 0), last))

    def _choose(self, row: int, column: int) -> None:
        self._at = (row, column)
        self.update()
        self.picked.emit(row, column)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Cells, numbers where they fit, names along both sides."""
        painter = QPainter(self)
        colours = self._theme.colours
        if not self._names:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "What is taken for what, after an epoch.")
            painter.end()
            return
        size, shares = self._cell(), metrics.rates(self._counts)
        accent = QColor(colours.accent)
        for row in range(len(self._names)):
            for column in range(len(self._names)):
                box = QRectF(self._margin + column * size, self._margin + row * size, size - 1, size - 1)
                share = float(shares[row, column])
                accent.setAlphaF(0.04 + 0.96 * share**0.6 if self._counts[row, column] else 0.04)
                painter.fillRect(box, accent)
                if size >= _NUMBERS and self._counts[row, column]:
                    painter.setPen(QColor(colours.on_accent if share > 0.45 else colours.text))
                    text = f"{share:.0%}" if self.rates else str(int(self._counts[row, column]))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        self._paint_names(painter, size)
        if self.hasFocus():
            painter.setPen(QColor(colours.text))
            painter.drawRect(
                QRectF(self._margin + self._at[1] * size, self._margin + self._at[0] * size, size - 1, size - 1)
            )
        painter.end()

    def _paint_names(self, painter: QPainter, size: float) -> None:
        metrics_of = QFontMetrics(self.font())
        painter.setPen(QColor(self._theme.colours.muted))
        every = max(1, int(np.ceil(metrics_of.height() / size)))
        for index in range(0, len(self._names), every):
            name = metrics_of.elidedText(self._names[index], Qt.TextElideMode.ElideRight, self._margin - 12)
            middle = self._margin + (index + 0.5) * size
            row = QRectF(0, middle - 10, self._margin - 8, 20)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            painter.save()
            painter.translate(middle, self._margin - 8)
            painter.rotate(-90)
            painter.drawText(QRectF(0, -10, self._margin - 8, 20), Qt.AlignmentFlag.AlignVCenter, name)
            painter.restore()

    def event(self, event: QEvent) -> bool:
        """The cell's own words replace the general tooltip."""
        if event.type() == QEvent.Type.ToolTip and self._under(self.mapFromGlobal(self.cursor().pos())) is not None:
            return True
        return super().event(event)
