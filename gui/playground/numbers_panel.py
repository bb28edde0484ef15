"""The numbers of a layer as curves: an activation with its derivative, and histograms before and after."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.playground.activations import dead_share
from engine.playground.layers import ActivationLayer
from engine.playground.numbers import write
from engine.playground.stack import Stage
from gui.theme import Theme
from gui.words import percent

_SAMPLE = 65_536  # numbers of a map that are counted; more change no bar by a pixel
_POINTS = 241


class NumbersPanel(QWidget):
    """Shows one stage: curve (activations only), histograms and figures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.curve = self._plot("Curve (solid) and derivative (dashed)")
        self.histogram = self._plot("Numbers before (grey) and after")
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        self._layer: ActivationLayer | None = None
        self._lines = [self.curve.plot(), self.curve.plot()]
        self._marker = pg.ScatterPlotItem(size=10)
        self.curve.addItem(self._marker)
        self._bars = [self.histogram.plot(stepMode="center", fillLevel=0) for _ in range(2)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.curve, 1)
        column.addWidget(self.histogram, 1)
        column.addWidget(self.figures)
        theme.changed.connect(self._recolour)
        self._recolour()

    def show_stage(self, stage: Stage) -> None:
        """Another stage."""
        self._layer = stage.layer if isinstance(stage.layer, ActivationLayer) else None
        self.curve.setVisible(self._layer is not None)
        before, after = _sample(stage.source), _sample(stage.result)
        if self._layer is not None:
            self._draw_curve(self._layer, before)
        edges = _edges(before, after)
        for bars, values in zip(self._bars, (before, after), strict=True):
            counts, _ = np.histogram(values, edges)
            bars.setData(edges, counts)
        self.figures.setText(_figures(stage, self._layer))

    def point_at(self, x: float | None) -> None:
        """The marker on the curve for an input value."""
        if self._layer is None or x is None:
            self._marker.setData([], [])
            return
        y = self._layer.activation.value(np.array([x], np.float32), self._layer.parameter)
        self._marker.setData([x], [float(y[0])])

    def _draw_curve(self, layer: ActivationLayer, before: np.ndarray) -> None:
        reach = float(np.clip(np.abs(before).max(initial=0), 4, 8))
        x = np.linspace(-reach, reach, _POINTS, dtype=np.float32)
        if layer.function == "softmax":  # one channel against a second that stays 0
            pairs = np.stack([x, np.zeros_like(x)], axis=1)
            ys = [layer.activation.value(pairs, 0)[:, 0], layer.activation.slope(pairs, 0)[:, 0]]
        else:
            ys = [layer.activation.value(x, layer.parameter), layer.activation.slope(x, layer.parameter)]
        for line, y in zip(self._lines, ys, strict=True):
            line.setData(x, y)

    def _plot(self, title: str) -> pg.PlotWidget:
        plot = pg.PlotWidget()
        plot.setTitle(title, size="9pt")
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.setAccessibleName(title)
        plot.setToolTip(title)
        return plot

    def _recolour(self) -> None:
        colours = self._theme.colours
        for plot in (self.curve, self.histogram):
            plot.setBackground(colours.surface)
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(colours.line)
                plot.getAxis(side).setTextPen(colours.muted)
            plot.plotItem.titleLabel.setText(plot.plotItem.titleLabel.text, color=colours.muted)
        self._lines[0].setPen(pg.mkPen(colours.accent, width=2))
        self._lines[1].setPen(pg.mkPen(colours.muted, width=1, style=pg.QtCore.Qt.PenStyle.DashLine))
        self._marker.setBrush(colours.danger)
        for bars, name, alpha in zip(self._bars, (colours.muted, colours.accent), (70, 120), strict=True):
            brush = pg.mkColor(name)
            brush.setAlpha(alpha)
            bars.setPen(pg.mkPen(name))
            bars.setBrush(brush)


def _sample(values: np.ndarray) -> np.ndarray:
    flat = values.ravel()
    return flat[:: max(flat.size // _SAMPLE, 1)]


def _edges(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    low = float(min(before.min(initial=0), after.min(initial=0)))
    high = float(max(before.max(initial=0), after.max(initial=0)))
    return np.linspace(low, high if high > low else low + 1, 41)


def _figures(stage: Stage, layer: ActivationLayer | None) -> str:
    lines = []
    for word, values in (("Before", stage.source), ("After", stage.result)):
        figures = (float(values.mean()), float(values.std()), float(values.min()), float(values.max()))
        mean, spread, low, high = (write(figure) for figure in figures)
        lines.append(f"{word}: mean {mean}, spread {spread}, {low} to {high}")
    if layer is not None:
        dead = dead_share(stage.source, layer.activation, layer.parameter)
        lines.append(f"Inactive cells (derivative 0): {percent(dead) if dead else 'none'}")
    else:
        zeros = float(np.mean(stage.result == 0))
        lines.append(f"Exactly zero: {percent(zeros) if zeros else 'none'}")
    return "\n".join(lines)
