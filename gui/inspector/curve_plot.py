"""Deletion and insertion curves of a map beside those of random orders."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.explain.faithfulness import Curves

MARGIN = 28  # pixels for the numbers at left and below


class CurvePlot(QWidget):
    """Probability over the share of pixels changed; solid for the map, dashed for random orders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Deletion and insertion curves")
        self.setToolTip("Across: share of the pixels changed. Up: probability of the class. Dashed: in random order")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._curves: Curves | None = None

    def sizeHint(self) -> QSize:
        """Wide enough for 28 steps."""
        return QSize(260, 148)

    def show_curves(self, curves: Curves | None) -> None:
        """Replace the curves; None empties the plot."""
        self._curves = curves
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Axes 0 to 1, four lines, their names at the top."""
        if self._curves is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(MARGIN, 22, -6, -20)
        colours = self.palette()
        painter.setPen(QPen(colours.color(QPalette.ColorRole.Mid), 1))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(colours.color(QPalette.ColorRole.PlaceholderText))
        centre = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for share, text in ((0.0, "0"), (1.0, "1")):
            painter.drawText(QRectF(0, area.bottom() - share * area.height() - 8, MARGIN - 6, 16), centre, text)
        below = QRectF(area.left(), area.bottom() + 2, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "100% of the pixels")
        self._line(painter, area, self._curves.random_deletion, self.deleted, dashed=True)
        self._line(painter, area, self._curves.random_insertion, self.inserted, dashed=True)
        self._line(painter, area, self._curves.deletion, self.deleted)
        self._line(painter, area, self._curves.insertion, self.inserted)
        self._names(painter, area)
        painter.end()

    @property
    def deleted(self) -> QColor:
        """Colour of the deletion curve."""
        return self.palette().color(QPalette.ColorRole.BrightText)

    @property
    def inserted(self) -> QColor:
        """Colour of the insertion curve."""
        return self.palette().color(QPalette.ColorRole.Highlight)

    def _line(self, painter: QPainter, area: QRectF, values: np.ndarray, colour: QColor, dashed: bool = False) -> None:
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 1.2 if dashed else 2.2, style))
        step = area.width() / (len(values) - 1)
        points = [
            QPointF(area.left() + index * step, area.bottom() - float(value) * area.height())
            for index, value in enumerate(values)
        ]
        painter.drawPolyline(QPolygonF(points))

    def _names(self, painter: QPainter, area: QRectF) -> None:
        x = area.left()
        for name, colour in (("Deletion", self.deleted), ("Insertion", self.inserted)):
            painter.setPen(colour)
            painter.drawText(QRectF(x, 0, 90, 18), Qt.AlignmentFlag.AlignLeft, name)
            x += 78
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(QRectF(x, 0, 110, 18), Qt.AlignmentFlag.AlignLeft, "- - random")
