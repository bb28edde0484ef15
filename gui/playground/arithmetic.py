"""The arithmetic of one cell: window times kernel gives products, products and bias give the cell."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.colormaps import paint, scale_of
from engine.playground.numbers import write
from engine.playground.trace import Trace
from gui.playground.map_view import WINNER
from gui.words import count

_GAP = 28  # between grids, for the sign
_LINE = 20  # height of a line of text
_LARGEST_CELL, _LEGIBLE = 40.0, 25.0  # pixels; below the second, cells show colour only
_HINT = "Point at a cell of the output to see how it is worked out. Click to pin it, arrow keys move it."
_LIST = 8  # largest contributions that a long sum shows


class Arithmetic(QWidget):
    """Draws a trace; shows a hint without one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Arithmetic of the cell")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(196)
        self._trace: Trace | None = None
        self._title = ""
        self._channel = 0
        self._after = ""
        self._hint = _HINT

    def say(self, text: str) -> None:
        """Another hint, shown while there is no trace."""
        self._hint = text
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(640, 196)

    def show_trace(self, trace: Trace | None, title: str = "", channel: int = 0, after: str = "") -> None:
        """Show how a cell came about. channel: the input channel whose window is drawn, -1 for none in particular."""
        self._trace, self._title, self._channel, self._after = trace, title, max(channel, 0), after
        self._hint = _HINT
        text = "" if trace is None else f"{title}. {trace.sentence()} {after}".strip()
        self.setAccessibleDescription(text)
        self.setToolTip("Point at a cell of the output, click to pin it, move it with the arrow keys")
        self.update()

    def sentence(self) -> str:
        """The calculation in one line, as it is drawn."""
        return "" if self._trace is None else f"{self._trace.sentence()} {self._after}".strip()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Title, grids, sentence."""
        painter = QPainter(self)
        colours = self.palette()
        painter.setPen(colours.color(QPalette.ColorRole.PlaceholderText))
        if self._trace is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
            painter.end()
            return
        trace = self._trace
        notes = " ".join((self._title, *trace.notes))
        painter.drawText(QRectF(0, 0, self.width(), _LINE), Qt.AlignmentFlag.AlignLeft, notes)
        painter.setPen(colours.color(QPalette.ColorRole.Text))
        body = QRectF(0, _LINE + 4, self.width(), self.height() - 2 * _LINE - 12)
        if trace.values.shape[0] * trace.values.shape[1] == 1 and trace.values.size > 1:
            self._draw_contributions(painter, body, trace)
        elif trace.values.size > 1:
            self._draw_grids(painter, body, trace)
        self._draw_sentence(painter)
        painter.end()

    def _draw_sentence(self, painter: QPainter) -> None:
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        assert self._trace is not None
        if self._trace.values.size == 1:  # nothing else to draw: say it large
            font.setPixelSize(18)
            painter.setFont(font)
            line = QRectF(0, _LINE, self.width(), self.height() - 2 * _LINE)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self.sentence())
            return
        line = QRectF(0, self.height() - _LINE - 2, self.width(), _LINE)
        text = painter.fontMetrics().elidedText(self.sentence(), Qt.TextElideMode.ElideMiddle, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)

    def _draw_grids(self, painter: QPainter, body: QRectF, trace: Trace) -> None:
        rows, columns, channels = trace.values.shape
        at = int(np.searchsorted(trace.channels, self._channel)) if self._channel in trace.channels else 0
        grids = [trace.values[:, :, at]]
        signs = [""]
        written = trace.written() if trace.operation == "sum" else None
        if trace.weights is not None:
            grids += [trace.weights[:, :, at], trace.products[:, :, at]]
            signs += ["×", "="]
        sums = self._channel_sums(trace) if channels > 1 else []
        beside = 12 + max((painter.fontMetrics().horizontalAdvance(line) for line in sums), default=-12)
        room = body.width() - (len(grids) - 1) * _GAP - beside
        cell = min(_LARGEST_CELL, body.height() / rows, room / (len(grids) * columns))
        x = body.x()
        for number, (grid, sign) in enumerate(zip(grids, signs, strict=True)):
            if sign:
                box = QRectF(x, body.y(), _GAP, rows * cell)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
                x += _GAP
            texts = [_brief(float(v)) for v in grid.ravel()]
            if number == 2 and written is not None:
                texts = list(np.array(written.parts).reshape(rows, columns, channels)[:, :, at].ravel())
            self._draw_grid(painter, x, body.y(), cell, grid, texts, trace if number == 0 else None)
            x += columns * cell
        box = QRectF(x + 12, body.y(), body.right() - x - 12, body.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, "\n".join(sums))

    def _draw_grid(
        self,
        painter: QPainter,
        x: float,
        y: float,
        cell: float,
        grid: np.ndarray,
        texts: list[str],
        window: Trace | None,
    ) -> None:
        colours = paint(grid.astype(np.float32), scale_of(np.append(grid, 0)))
        painter.save()
        font = painter.font()
        longest = max(map(len, texts))
        font.setPixelSize(max(7, int(min(cell / 3.2, cell * 1.7 / longest))))
        painter.setFont(font)
        columns = grid.shape[1]
        for index, text in enumerate(texts):
            row, column = divmod(index, columns)
            box = QRectF(x + column * cell, y + row * cell, cell, cell)
            colour = colours[row, column]
            padding = window is not None and not window.inside[row, column]
            ink = QColor("black" if colour.mean() > 127 else "white")
            if padding:
                painter.setPen(QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), 1, Qt.PenStyle.DashLine))
                painter.drawRect(box.adjusted(1, 1, -1, -1))
                ink = self.palette().color(QPalette.ColorRole.PlaceholderText)
            else:
                painter.fillRect(box.adjusted(0.5, 0.5, -0.5, -0.5), QColor(*map(int, colour)))
                painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))  # a zero is as white as the ground
            if cell >= _LEGIBLE:
                painter.setPen(ink)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            if window is not None and window.winner is not None and window.winner[:2] == (row, column):
                painter.setPen(QPen(WINNER, 2))
                painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.restore()

    @staticmethod
    def _channel_sums(trace: Trace) -> list[str]:
        """What each input channel adds, the largest first where there are many; a line each."""
        if trace.operation != "sum":
            return []
        sizes, sums = np.abs(trace.products.sum(axis=(0, 1))), trace.channel_sums()
        order = np.argsort(-sizes)[:6] if len(sums) > 7 else range(len(sums))
        lines = [f"channel {int(trace.channels[i])}: {sums[i]}" for i in order]
        if len(lines) < len(sums):
            lines.append(f"and {len(sums) - len(lines)} more")
        return lines

    def _draw_contributions(self, painter: QPainter, body: QRectF, trace: Trace) -> None:
        """The largest products of a long sum as text, and what the others add up to."""
        if trace.weights is None:
            painter.drawText(body, Qt.TextFlag.TextWordWrap, f"{trace.values.size} numbers of the cell take part.")
            return
        values, weights = trace.values.ravel(), trace.weights.ravel()
        top, written = trace.contributions(_LIST)
        products = zip(top, written.parts, strict=False)
        lines = [f"#{i}:  {write(values[i])} × {write(weights[i])} = {product}" for i, product in products]
        if values.size > top.size:
            lines.append(f"{count(values.size - top.size, 'other')}: {written.parts[-1]}")
        half = (len(lines) + 1) // 2
        left = QRectF(body.x(), body.y(), body.width() / 2, body.height())
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft, "\n".join(lines[:half]))
        painter.drawText(left.translated(body.width() / 2, 0), Qt.AlignmentFlag.AlignLeft, "\n".join(lines[half:]))


def _brief(value: float) -> str:
    """At most three figures: the products beside it carry the exact ones."""
    text = write(value)
    return text if len(text) <= 6 else f"{value:.3g}".replace("-", "−")
