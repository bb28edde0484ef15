"""What a layer of a real network gives: all its feature maps, one of them large, and a cell of it taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.playground.networks import kernel_of, trace_real
from gui.playground.arithmetic import Arithmetic
from gui.playground.cell_marks import window_marks
from gui.playground.map_view import Mark
from gui.playground.stage_view import StageView
from gui.widgets.feature_grid import FeatureGrid
from gui.words import count

if TYPE_CHECKING:
    from engine.models.activations import Captured

MEANING = 288  # pixels of the right column
_TILE = 72  # pixels of a map in the grid where not all fit


class NetworkView(QWidget):
    """Shows what was captured of a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.captured: Captured | None = None
        self.cell: tuple[int, ...] | None = None  # on show, as numbers of row, column and channel
        self._fitted = ""  # the layer for which the size of the tiles was chosen
        self.head = QLabel()
        self.head.setProperty("role", "title")
        self.grid = FeatureGrid()
        self.arithmetic = Arithmetic()
        self.source = StageView("Its input")
        self.large = StageView("Map")
        self.kernel_label = QLabel()
        self.kernel_label.setProperty("role", "muted")
        self.kernel = FeatureGrid("Kernel slices")
        self.kernel.set_tile(40)
        self.kernel.setFixedHeight(126)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.sort = QCheckBox("Most active first")
        self.sort.setToolTip("Sort the maps by their mean activation")
        self.shared = QCheckBox("One colour scale")
        self.shared.setToolTip("Off: every map uses all of the colours by itself")
        self.shared.setChecked(True)
        self.tile = QSlider(Qt.Orientation.Horizontal)
        self.tile.setRange(24, 160)
        self.tile.setValue(_TILE)
        self.tile.setFixedWidth(96)
        self.tile.setAccessibleName("Size of the maps")
        self.tile.setToolTip("Size of the maps in the grid")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for widget in (self.sort, self.shared, self.tile):
            row.addWidget(widget)
        centre = QVBoxLayout()
        centre.setSpacing(8)
        centre.addWidget(self.head)
        centre.addLayout(row)
        centre.addWidget(self.grid, 1)
        centre.addWidget(self.arithmetic)
        right = QWidget()
        right.setFixedWidth(MEANING)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.source, 1)
        column.addWidget(self.large, 1)
        column.addWidget(self.kernel_label)
        column.addWidget(self.kernel)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addLayout(centre, 1)
        whole.addWidget(right)
        self._answers = (self.grid, self.arithmetic, right)
        for part in self._answers:  # the head stays where it is when they are hidden
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)

    def _connect(self) -> None:
        self.grid.picked.connect(self._map_chosen)
        self.sort.toggled.connect(self.grid.sort_by_mean)
        self.shared.toggled.connect(self.grid.share_scale)
        self.shared.toggled.connect(self.large.share_scale)
        self.tile.valueChanged.connect(self.grid.set_tile)
        self.large.pointed.connect(self._pointed)
        self.large.picked.connect(lambda row, column: self.take_apart(self.large.cell_at(row, column)))
        self.large.stepped.connect(self._stepped)
        self.large.channel_changed.connect(self._channel_chosen)
        self.kernel.picked.connect(self._slice_chosen)

    def clear(self) -> None:
        """What is on show belongs to another network."""
        self.captured = None
        for part in self._answers:
            part.hide()

    def show_captured(self, captured: Captured) -> None:
        """Show a layer; the cell stays if the layer does."""
        former, after, path = self.captured, captured.after, captured.spot.path
        if former is None or (former.spot.path, former.after.shape) != (path, after.shape):
            self.cell = None
        self.captured = captured
        for part in self._answers:
            part.show()
        self.grid.show_maps(after if after.ndim == 3 else after.reshape(1, 1, -1))
        if path != self._fitted:
            self._fitted = path
            self.tile.setValue(self.grid.fitting_tile(_TILE, self.tile.maximum()))
        zero = f", {self.grid.zero_maps} zero everywhere" if self.grid.zero_maps else ""
        shape = " × ".join(map(str, after.shape))
        self.head.setText(f"{path.rsplit('/', 1)[-1]}  ({captured.spot.kind})  {shape}{zero}")
        self.large.show_stage(after, "Map")
        if captured.before is not None:
            self.source.show_stage(captured.before, "Its input")
        self.source.setVisible(captured.before is not None)
        if self.grid.selected < 0:
            self.grid.select(0)
        else:
            self._map_chosen(self.grid.selected)

    def take_apart(self, cell: tuple[int, ...] | None) -> None:
        """Show the arithmetic of a cell."""
        captured = self.captured
        if captured is None or cell is None or len(cell) != captured.after.ndim:
            return
        self.cell = cell
        row, column = self.large.place_of(cell)
        self.large.mark([Mark(row, column, row, column, "cell")])
        real = trace_real(captured.layer, captured.before, captured.after, cell)
        if real is None:
            self.arithmetic.show_trace(None)
            self.arithmetic.say(f"The arithmetic of {captured.spot.kind} is not shown cell by cell.")
            self.source.mark(())
            return
        self.source.mark(window_marks(real.trace) if self.source.values.ndim == 3 else ())
        place = ", ".join(map(str, cell))
        self.arithmetic.show_trace(real.trace, f"Cell {place}", max(self.source.channel, 0), real.after)

    def _map_chosen(self, channel: int) -> None:
        if self.captured is None:
            return
        after = self.captured.after
        if after.ndim == 3:
            self.large.set_channel(channel)
            self.large.title.setText(f"Map {channel}")
        self._show_kernel(channel)
        if after.ndim == 1:
            self.take_apart((channel,))
        elif self.cell is not None:
            self.take_apart((*self.cell[:2], channel))
        else:
            self.take_apart((after.shape[0] // 2, after.shape[1] // 2, channel))

    def _show_kernel(self, channel: int) -> None:
        slices = kernel_of(self.captured.layer, channel) if self.captured is not None else None
        self.kernel.setVisible(slices is not None)
        self.kernel_label.setVisible(slices is not None)
        if slices is not None:
            height, width, depth = slices.shape
            self.kernel_label.setText(f"Kernel: {count(depth, 'slice')} of {height} × {width}")
            self.kernel.show_maps(slices)

    def _slice_chosen(self, channel: int) -> None:
        self.source.set_channel(channel)
        self.take_apart(self.cell)

    def _pointed(self, place: tuple[int, int] | None) -> None:
        if place is not None:
            self.take_apart(self.large.cell_at(*place))

    def _channel_chosen(self, channel: int) -> None:
        if channel >= 0:
            self.grid.select(channel)

    def _stepped(self, rows: int, columns: int) -> None:
        if self.captured is not None and self.cell is not None and len(self.cell) == 3:
            height, width = self.captured.after.shape[:2]
            row, column = self.cell[0] + rows, self.cell[1] + columns
            self.take_apart((min(max(row, 0), height - 1), min(max(column, 0), width - 1), self.cell[2]))
