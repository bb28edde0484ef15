"""The colour bar beside a map: which colour is which raw value, and the value under the cursor."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.explain.views import Look, Placed, colour_table
from gui.pictures import to_qimage

BAR = 120  # pixels


class Legend(QWidget):
    """One line: lowest value, bar, highest value; empty without a map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colour scale")
        self.setToolTip("Raw values of the map: what each colour means")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._look: Look | None = None
        self._low, self._high = 0.0, 0.0

    def sizeHint(self) -> QSize:
        """Bar and two numbers."""
        return QSize(BAR + 120, 20)

    def show_scale(self, placed: Placed | None, look: Look) -> None:
        """Show the scale of a map, or nothing."""
        self._look = look if placed is not None else None
        if placed is not None:
            self._high = placed.bound if look.signed else placed.top
            self._low = -placed.bound if look.signed else 0.0
            self.setAccessibleDescription(f"{self._low:.3g} to {self._high:.3g}")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Numbers in tabular digits at both ends of the bar."""
        if self._look is None:
            return
        painter = QPainter(self)
        table = colour_table(self._look.signed_colours if self._look.signed else self._look.colours)
        middle = QRect((self.width() - BAR) // 2, 5, BAR, 10)
        painter.drawImage(middle, to_qimage(table[None]))
        painter.setPen(QColor(self.palette().color(QPalette.ColorRole.Mid)))
        painter.drawRect(middle)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        centre = Qt.AlignmentFlag.AlignVCenter
        left, right = QRect(0, 0, middle.left() - 6, 20), QRect(middle.right() + 8, 0, 70, 20)
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | centre, f"{self._low:.3g}")
        painter.drawText(right, Qt.AlignmentFlag.AlignLeft | centre, f"{self._high:.3g}")
        painter.end()
