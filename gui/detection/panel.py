"""Right side of the Detection tab: what is in the picture, how it runs, what was counted, what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from engine.detection.counting import Counters
from engine.detection.drawing import class_colour
from engine.detection.numbers import Numbers
from gui.detection.parts import heading, scrolled
from gui.theme import Theme
from gui.widgets.folded import FoldedSection

_ROWS = 6
_LOG = 200  # lines kept


class CountBars(QWidget):
    """How many of each class are in the picture now, as bars in the colours of the boxes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("In the picture")
        self.setToolTip("Boxes of each class in the picture now; 0 for those only the chart still shows")
        self.hint = ""
        self._rows: list[tuple[str, int, int]] = []

    def show_counts(self, rows: Sequence[tuple[str, int, int]]) -> None:
        """Rows of name, class and count, the most frequent first."""
        self._rows = list(rows)[:_ROWS]
        self.setAccessibleDescription(", ".join(f"{n} {name}" for name, _, n in self._rows) or self.hint)
        self.update()

    def sizeHint(self) -> QSize:
        """Six rows, so that nothing jumps."""
        return QSize(260, 24 * _ROWS)

    def minimumSizeHint(self) -> QSize:
        """The rows are never squeezed."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """A row a class."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        if not self._rows:
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(flags), self.hint)
        most = max((count for _, _, count in self._rows), default=1) or 1
        for number, (name, class_id, count) in enumerate(self._rows):
            top, room = number * 24, self.width() - 150
            role = QPalette.ColorRole.WindowText if count else QPalette.ColorRole.PlaceholderText
            painter.setPen(palette.color(role))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 108)
            painter.drawText(QRectF(0, top, 110, 22), Qt.AlignmentFlag.AlignVCenter, text)
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(self.width() - 36, top, 36, 22), right, str(count))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*class_colour(class_id)))
            painter.drawRoundedRect(QRectF(114, top + 6, max(room * count / most, 4), 10), 2, 2)
        painter.end()


class NumbersGrid(QWidget):
    """The figures of the last seconds."""

    _LINES = (
        ("Shown", "shown", "Frames painted in a second"),
        ("Possible", "possible", "Frames per second that detection alone could do"),
        ("Inference", "infer", "Median time inside the network"),
        ("Age when shown", "age", "From capture to paint: median, and what 95% of the frames stay under"),
        ("Dropped", "dropped", "Frames that were skipped to stay up to date; files skip none"),
    )  # fmt: skip

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self._values: dict[str, QLabel] = {}
        for row, (title, key, tip) in enumerate(self._LINES):
            name, value = QLabel(title), QLabel("–")
            name.setProperty("role", "muted")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            for label in (name, value):
                label.setToolTip(tip)
            value.setAccessibleName(title)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
            self._values[key] = value
        grid.setColumnStretch(1, 1)
        self._device = QLabel()
        self._device.setProperty("role", "muted")
        self._device.setToolTip("Runtime and device really in use")
        self._device.setAccessibleName("Runs on")
        grid.addWidget(self._device, len(self._LINES), 0, 1, 2)

    def show_numbers(self, numbers: Numbers, device: str) -> None:
        """Replace the figures."""
        known = numbers.total_ms > 0
        painted = numbers.latency_p50_ms > 0
        self._values["shown"].setText(f"{numbers.shown_fps:.1f} frames/s" if painted else "–")
        self._values["possible"].setText(f"{numbers.possible_fps:.0f} frames/s" if known else "–")
        self._values["infer"].setText(f"{numbers.infer_ms:.1f} ms" if known else "–")
        age = f"{numbers.latency_p50_ms:.0f} / {numbers.latency_p95_ms:.0f} ms"
        self._values["age"].setText(age if painted else "–")
        self._values["dropped"].setText(f"{numbers.dropped:,}")
        self._device.setText(device and f"{device}.")


class CountChart(pg.PlotWidget):
    """Detections of the most frequent classes over the last minute."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(150)
        self.setAccessibleName("Detections over time")
        self.setToolTip("Boxes per frame over the last minute, by class")
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setLimits(yMin=0, minYRange=2)
        self.setMenuEnabled(False)
        self.getAxis("bottom").enableAutoSIPrefix(False)  # "seconds (x0.001)" is nothing to read
        self.getAxis("bottom").setLabel("seconds", **{"font-size": "8pt"})
        self.getAxis("left").setTickSpacing(levels=[(5, 0), (1, 0)])
        self.getPlotItem().setContentsMargins(0, 8, 0, 0)
        self._curves: dict[int, pg.PlotDataItem] = {}
        theme.changed.connect(self.recolour)
        self.recolour()

    def recolour(self) -> None:
        """Take the colours of the theme."""
        colours = self._theme.colours
        self.setBackground(colours.ground)
        for name in ("left", "bottom"):
            self.getAxis(name).setPen(colours.line)
            self.getAxis(name).setTextPen(colours.muted)

    def show_history(self, history: dict[int, tuple[np.ndarray, np.ndarray]]) -> None:
        """class -> (seconds, boxes)."""
        for gone in set(self._curves) - set(history):
            self.removeItem(self._curves.pop(gone))
        for class_id, (times, counts) in history.items():
            if class_id not in self._curves:
                self._curves[class_id] = self.plot(pen=pg.mkPen(class_colour(class_id), width=2))
            # A count holds until the next frame.
            self._curves[class_id].setData(np.repeat(times, 2)[1:], np.repeat(counts, 2)[:-1])


class Panel(QWidget):
    """Everything on the right."""

    line_wanted = Signal()
    zone_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = CountBars()
        self.numbers = NumbersGrid()
        self.chart = CountChart(theme)
        self.tally = QLabel()
        self.tally.setWordWrap(True)
        self.tally.setAccessibleName("Counts at lines and zones")
        self.log = QListWidget()
        self.log.setAccessibleName("Events")
        self.log.setToolTip("What happened, the newest first")
        self.log.setMinimumHeight(96)
        self.counting = FoldedSection(self._build_counting(), "Lines and zones")
        self.events = FoldedSection(self.log, "Events")
        column = scrolled(self, "What is found and how it runs")
        for title, widget in (
            ("In the picture", self.counts),
            ("How it runs", self.numbers),
            ("Over time", self.chart),
        ):
            column.addWidget(heading(title))
            column.addWidget(widget)
        column.addWidget(self.counting)
        column.addWidget(self.events)
        column.addStretch(1)

    def show_tally(self, counters: Counters | None, label: Callable[[int], str]) -> None:
        """Counts by class of every line and zone."""
        lines = []
        for name, count in (counters.line_counts if counters else {}).items():
            lines.append(f"{name}: in {_sum(count.into, label)}; out {_sum(count.out, label)}")
        for name, zone in (counters.zone_counts if counters else {}).items():
            stay = f", {zone.mean_dwell_s():.1f} s on average" if zone.dwell_s else ""
            lines.append(f"{name}: {len(zone.inside)} inside, {_sum(zone.entered, label)} entered{stay}")
        text = "\n".join(lines) or "Draw a line or a zone to count what passes. This switches tracking on."
        if text != self.tally.text():
            self.tally.setText(text)
            # A scroll area asks for least heights, which for wrapped text Qt takes for one line.
            self.tally.setMinimumHeight(self.tally.heightForWidth(max(self.tally.width(), 120)))

    def add_event(self, text: str) -> None:
        """A line at the head of the log."""
        self.log.insertItem(0, text)
        while self.log.count() > _LOG:
            self.log.takeItem(self.log.count() - 1)

    def _build_counting(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, tip, signal in (
            ("Draw line", "Click its two ends on the picture; Esc cancels (L)", self.line_wanted),
            ("Draw zone", "Click its corners, double-click the last; Esc cancels (Z)", self.zone_wanted),
            ("Clear", "Remove all lines and zones", self.clear_wanted),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, s=signal: s.emit())
            row.addWidget(button)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.tally)
        self.show_tally(None, str)
        return body


def _sum(counts: dict[int, int], label: Callable[[int], str]) -> str:
    parts = [f"{label(c)} {n}" for c, n in sorted(counts.items(), key=lambda item: -item[1])[:3]]
    return f"{sum(counts.values())}" + (f" ({', '.join(parts)})" if parts else "")
