"""Top classes as horizontal bars; hover shows the exact value."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.models.predictions import Prediction
from gui.words import percent

ROW = 44
BAR = 8


class ClassBars(QWidget):
    """Shows predictions, the strongest first."""

    picked = Signal(int)  # class index under a click, or chosen with the arrow keys and Enter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Top classes")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hint = ""
        self._predictions: tuple[Prediction, ...] = ()
        self._current = 0

    def show_predictions(self, predictions: Sequence[Prediction]) -> None:
        """Replace the bars; an empty sequence shows the hint instead."""
        resized = len(predictions) != len(self._predictions)
        self._predictions = tuple(predictions)
        self._current = min(self._current, max(len(self._predictions) - 1, 0))  # live, the choice stays in its row
        said = (f"{p.label} {percent(p.probability)}" for p in self._predictions)
        self.setAccessibleDescription(", ".join(said) or self.hint)
        if resized:
            self.updateGeometry()
        self.update()

    def predictions(self) -> tuple[Prediction, ...]:
        """What is on show."""
        return self._predictions

    def sizeHint(self) -> QSize:
        """Room for the rows on show, at least for five."""
        return QSize(260, ROW * max(len(self._predictions), 5))

    def minimumSizeHint(self) -> QSize:
        """The rows are never squeezed."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """A row a class: name and probability above, bar below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole
        if not self._predictions:
            painter.setPen(self.palette().color(role.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self.hint)
        for row, prediction in enumerate(self._predictions):
            self._paint_row(painter, row, prediction)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, prediction: Prediction) -> None:
        colours = self.palette()
        top, width = row * ROW, self.width()
        font = self.font()
        font.setBold(row == 0)
        painter.setFont(font)
        painter.setPen(colours.color(QPalette.ColorRole.WindowText))
        value = percent(prediction.probability)
        room = painter.fontMetrics().horizontalAdvance("> 99.9%") + 8
        name = painter.fontMetrics().elidedText(prediction.label, Qt.TextElideMode.ElideRight, width - room)
        line = QRectF(0, top + 6, width, 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, top + 28, width, BAR)
        painter.setBrush(colours.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(groove, BAR / 2, BAR / 2)
        accent = QColor(colours.color(QPalette.ColorRole.Highlight))
        accent.setAlphaF(1.0 if row == 0 else 0.65)
        painter.setBrush(accent)
        filled = max(groove.width() * prediction.probability, BAR if prediction.probability > 0.001 else 0)
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), filled, BAR), BAR / 2, BAR / 2)
        if self.hasFocus() and row == self._current:
            painter.setPen(colours.color(QPalette.ColorRole.Highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.5, top + 2.5, width - 1, ROW - 5), 4, 4)

    def event(self, event: QEvent) -> bool:
        """The tooltip gives the exact values of the row under the cursor."""
        if event.type() == QEvent.Type.ToolTip:
            row = int(event.pos().y() // ROW)  # type: ignore[attr-defined] # a QHelpEvent
            if 0 <= row < len(self._predictions):
                p = self._predictions[row]
                text = f"{p.label}: probability {p.probability:.6f}, logit {p.logit:.4f}, class index {p.index}"
                QToolTip.showText(event.globalPos(), text, self)  # type: ignore[attr-defined]
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the class under the cursor."""
        row = int(event.position().y() // ROW)
        if 0 <= row < len(self._predictions):
            self._current = row
            self.picked.emit(self._predictions[row].index)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose, Enter picks."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._predictions:
            self._current = min(max(self._current + step, 0), len(self._predictions) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._predictions:
            self.picked.emit(self._predictions[self._current].index)
        else:
            super().keyPressEvent(event)
