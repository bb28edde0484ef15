"""The layers of a network as a list with their wiring drawn beside it: a line for the chain, arcs for what skips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

if TYPE_CHECKING:
    from engine.models.opening import Spot
    from engine.models.wiring import Skip

_LANE = 7  # pixels between lanes
_MOST_LANES = 8  # further ones share the last
_DOT = 3.0
_PAD = 8  # pixels a row is higher than its text


class LayerList(QListWidget):
    """Emits the path of the chosen layer."""

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Layers of the network")
        self.setToolTip("The layers in the order of computation; lines at the left show which feed which")
        self.wiring = _Wiring(self)
        self.setItemDelegate(self.wiring)
        self.currentItemChanged.connect(self._chosen)

    def show_layers(self, spots: Sequence[Spot], chained: Sequence[bool], skips: Sequence[Skip], chosen: str) -> None:
        """Replace the list without telling. chained: whether each layer is fed by the one before it."""
        self.blockSignals(True)
        self.clear()
        self.wiring.chained, self.wiring.skips = tuple(chained), tuple(skips)
        for spot in spots:
            shape = " × ".join("?" if n is None else str(n) for n in spot.shape)
            item = QListWidgetItem(f"{spot.path.rsplit('/', 1)[-1]}\n{spot.kind}  {shape}")
            item.setData(Qt.ItemDataRole.UserRole, spot.path)
            item.setToolTip(f"{spot.path}: {spot.kind}, output {shape}")
            self.addItem(item)
            if spot.path == chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def narrow(self, text: str) -> None:
        """Show only layers with `text` in their path or kind; the wiring is drawn while all are shown."""
        wanted = text.strip().lower()
        self.wiring.shown = not wanted
        for row in range(self.count()):
            self.item(row).setHidden(wanted not in self.item(row).toolTip().lower())
        self.viewport().update()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.layer_chosen.emit(item.data(Qt.ItemDataRole.UserRole))


class _Wiring(QStyledItemDelegate):
    """Paints each row's part of the lines at its left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chained: tuple[bool, ...] = ()
        self.skips: tuple[Skip, ...] = ()
        self.shown = True

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The text and some air."""
        return super().sizeHint(option, index) + QSize(self._gutter(), _PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Lines, then the text beside them."""
        left, top, bottom = option.rect.left(), option.rect.top(), option.rect.bottom() + 1
        palette = option.palette
        option.rect.setLeft(left + self._gutter())
        super().paint(painter, option, index)
        if not self.shown:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dot = QPointF(left + self._gutter() - 8, (top + bottom) / 2)
        colour = palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(colour, 1.2))
        row = index.row()
        if row and self.chained[row]:
            painter.drawLine(QPointF(dot.x(), top), dot)
        if row + 1 < len(self.chained) and self.chained[row + 1]:
            painter.drawLine(dot, QPointF(dot.x(), bottom))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.2))
        for skip in self.skips:
            self._paint_skip(painter, skip, row, dot, top, bottom)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(dot, _DOT, _DOT)
        painter.restore()

    def _paint_skip(self, painter: QPainter, skip: Skip, row: int, dot: QPointF, top: int, bottom: int) -> None:
        x = dot.x() - _LANE * (min(skip.lane, _MOST_LANES - 1) + 1)
        if skip.start < row < skip.end:
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        elif row == skip.start:
            painter.drawPolyline(QPolygonF([dot, QPointF(x, dot.y() + _LANE), QPointF(x, bottom)]))
        elif row == skip.end:
            painter.drawPolyline(QPolygonF([QPointF(x, top), QPointF(x, dot.y() - _LANE), dot]))

    def _gutter(self) -> int:
        lanes = 1 + max((skip.lane for skip in self.skips), default=-1)
        return 16 + _LANE * min(lanes, _MOST_LANES)
