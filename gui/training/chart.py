"""A line chart in the colours of the theme: legend, hover that reads values, marks, logarithmic scale."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from engine.training.smoothing import thin
from gui.theme import Theme

# Blue and orange for the two parts of the data; the rest for runs laid over each other. Told apart in both themes and
# by most colour-blind people (after Wong 2011).
SERIES = ("#3d85d8", "#e08e1b", "#1aa37a", "#c05fa8", "#8a7fe0", "#b5a72a", "#56b4d9", "#d9603a")
TRAINING, VALIDATION = SERIES[0], SERIES[1]
_SNAP = 24  # pixels within which hovering takes a point
_BINS = 400  # a curve is drawn with two points for each; about as many as there are pixels
_SMOOTH = 500  # points up to which a line is drawn thick and smooth


@dataclass(slots=True)
class _Curve:
    x: np.ndarray
    y: np.ndarray
    item: pg.PlotDataItem
    read: bool  # whether hovering tells its value; such a curve is also drawn stronger
    pen: QColor = field(default_factory=QColor)


class Chart(pg.PlotWidget):
    """Curves by name; wheel and drag zoom, double-click shows everything."""

    everything_wanted = Signal()

    def __init__(
        self, theme: Theme, name: str, x: str, y: str, legend_below: bool = False, parent: QWidget | None = None
    ) -> None:
        """x and y: labels of the axes. legend_below: for curves that rise, which would run through it."""
        super().__init__(parent)
        self._theme, self._x, self._y = theme, x, y
        self._curves: dict[str, _Curve] = {}
        self._log = False
        self.setAccessibleName(name)
        self.setToolTip(f"{name}. Wheel: zoom. Drag: move. Double-click: everything.")
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMinimumSize(160, 96)
        self._legend = self.addLegend(offset=(-8, -8 if legend_below else 8), labelTextSize="9pt")
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._mark = pg.InfiniteLine(angle=90, movable=False, label="", labelOpts={"position": 0.4, "movable": False})
        self._mark.hide()
        self._reading = pg.TextItem(anchor=(0, 0))
        self._reading.hide()
        for item in (self._cursor, self._mark, self._reading):
            self.addItem(item, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._hovered)
        theme.changed.connect(self._paint)
        self.getViewBox().sigXRangeChanged.connect(lambda *_: self._zoomed())
        self._paint()

    def set_curve(
        self,
        name: str,
        x: np.ndarray,
        y: np.ndarray,
        colour: str,
        *,
        faint: bool = False,
        dots: bool = False,
        label: bool = True,
        filled: bool = False,
    ) -> None:
        """Show or replace a curve; faint ones lie behind and are not read out. Any number of points."""
        if name not in self._curves:
            item = pg.PlotDataItem(antialias=not faint, name=name if label else None)
            item.setZValue(-1 if faint else 1)
            self.addItem(item)
            self._curves[name] = _Curve(x, y, item, not faint)
        curve = self._curves[name]
        curve.x, curve.y = x, y
        pen_colour = QColor(colour)
        pen_colour.setAlpha(70 if faint else 255)
        curve.pen = pen_colour
        if filled:
            below = QColor(colour)
            below.setAlpha(60)
            curve.item.setFillLevel(0)
            curve.item.setFillBrush(below)
        if dots:
            curve.item.setSymbol("o")
            curve.item.setSymbolSize(5)
            curve.item.setSymbolBrush(pen_colour)
            curve.item.setSymbolPen(None)
        self._draw(curve)

    def drop_curves(self) -> None:
        """Remove every curve and mark."""
        for curve in self._curves.values():
            self.removeItem(curve.item)
        self._curves.clear()
        self._mark.hide()
        self._reading.hide()
        self._cursor.hide()

    def mark(self, x: float | None, text: str = "") -> None:
        """A dotted line at `x`, such as at the best epoch; None removes it."""
        self._mark.setVisible(x is not None)
        if x is not None:
            self._mark.setValue(x)
            self._mark.label.setFormat(text)

    def use_log(self, on: bool) -> None:
        """Logarithmic vertical axis."""
        self._log = on
        self.setLogMode(y=on)
        self.autoRange()
        self.enableAutoRange()

    def reading(self) -> str:
        """What the cursor reads now; empty while it is outside."""
        return self._reading.toPlainText() if self._reading.isVisible() else ""

    def mouseDoubleClickEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        """Show everything again."""
        super().mouseDoubleClickEvent(event)
        self.show_everything()
        self.everything_wanted.emit()

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        """The reading goes with the cursor."""
        super().leaveEvent(event)
        self._cursor.hide()
        self._reading.hide()

    def show_everything(self) -> None:
        """Let the axes follow the curves again."""
        self.enableAutoRange()
        for curve in self._curves.values():
            self._draw(curve)

    def _zoomed(self) -> None:
        """Curves that were thinned show the part in view in full."""
        if not self.getViewBox().autoRangeEnabled()[0]:
            for curve in self._curves.values():
                if len(curve.x) > 2 * _BINS:
                    self._draw(curve)

    def _draw(self, curve: _Curve) -> None:
        following = bool(self.getViewBox().autoRangeEnabled()[0])
        (left, right), _ = self.getViewBox().viewRange()
        if following:
            left, right = -np.inf, np.inf
        x, y = thin(curve.x, curve.y, left, right, _BINS)
        # Qt draws a long, thick, smooth line a hundred times slower than a thin one.
        smooth = curve.read and len(x) <= _SMOOTH
        curve.item.opts["antialias"] = smooth
        curve.item.setPen(pg.mkPen(curve.pen, width=2 if smooth else 1))
        curve.item.setData(x, y)

    def _hovered(self, place: QPointF) -> None:
        box = self.getViewBox()
        if not box.sceneBoundingRect().contains(place):
            return
        at = box.mapSceneToView(place).x()
        lines: list[str] = []
        nearest: float | None = None
        for name, curve in self._curves.items():
            if not curve.read or not len(curve.x):
                continue
            index = int(np.abs(curve.x - at).argmin())
            if abs(box.mapViewToScene(QPointF(float(curve.x[index]), 0)).x() - place.x()) <= _SNAP:
                nearest = float(curve.x[index]) if nearest is None else nearest
                lines.append(f"{name}: {curve.y[index]:.4g}")
        self._cursor.setVisible(bool(lines))
        self._reading.setVisible(bool(lines))
        if lines and nearest is not None:
            self._cursor.setValue(nearest)
            self._reading.setText(
                "\n".join([f"epoch {nearest:g}" if not self._x else f"{self._x} {nearest:.4g}", *lines])
            )
            (left, right), (_, top) = box.viewRange()
            self._reading.setAnchor((1, 0) if nearest > (left + right) / 2 else (0, 0))
            self._reading.setPos(nearest, top)

    def _paint(self) -> None:
        colours = self._theme.colours
        self.setBackground(colours.surface)
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() - 1, 7))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.autoSIPrefixScale = 1.0  # what it last computed would stay otherwise
            axis.setPen(colours.line)
            axis.setTextPen(colours.muted)
            axis.setTickFont(font)
        self.setLabel("left", self._y, color=colours.muted)
        self.setLabel("bottom", self._x, color=colours.muted)
        self.showGrid(x=True, y=True, alpha=0.15)
        self._legend.setLabelTextColor(colours.text)
        for _, label in self._legend.items:  # those that are there already keep their old colour otherwise
            label.setText(label.text, color=colours.text)
        self._cursor.setPen(pg.mkPen(colours.muted))
        self._mark.setPen(pg.mkPen(colours.muted, style=Qt.PenStyle.DotLine))
        self._mark.label.setColor(colours.muted)
        self._reading.setColor(colours.text)
        fill = QColor(colours.raised)
        fill.setAlpha(230)
        self._reading.fill = pg.mkBrush(fill)
        self._reading.border = pg.mkPen(colours.line)
