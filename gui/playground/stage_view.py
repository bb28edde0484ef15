"""A stage of the stack: one map of it large, with the choice of channel, the scale and what is drawn over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.colormaps import Scale, paint, paint_rgb, scale_of
from engine.playground.inputs import SMALL_SIDE
from gui.playground.legend import Legend
from gui.playground.map_view import MapView, Mark

COLOUR = -1  # channel number that stands for all three as one picture


class StageView(QWidget):
    """Shows an array (H, W, C) or (N,); a vector is laid out in rows of equal length."""

    pointed = Signal(object)  # (row, column) of the picture or None
    picked = Signal(int, int)
    stepped = Signal(int, int)
    channel_changed = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.values = np.zeros((1, 1, 1), np.float32)
        self._shared = True
        self._name = name
        self.title = QLabel(name)
        self.title.setProperty("role", "title")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.channel_box = QComboBox()
        self.channel_box.setAccessibleName(f"Channel of {name}")
        self.channel_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.channel_box.setToolTip("Which channel is shown")
        self.channel_box.currentIndexChanged.connect(self._channel_chosen)
        self.view = MapView(name)
        self.legend = Legend()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.channel_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.legend)
        for signal in ("pointed", "picked", "stepped"):
            getattr(self.view, signal).connect(getattr(self, signal))

    @property
    def channel(self) -> int:
        """The channel on show, or COLOUR."""
        data = self.channel_box.currentData()
        return 0 if data is None else int(data)

    def show_stage(self, values: np.ndarray, title: str, margin: int = 0) -> None:
        """Show another array; the channel stays if it has it."""
        self.values = values
        self.title.setText(title)
        self.title.setToolTip(title)
        self._offer_channels()
        self._margin = margin
        self._paint()

    def set_channel(self, channel: int) -> None:
        """Show a channel, without telling."""
        index = self.channel_box.findData(channel)
        if index >= 0 and index != self.channel_box.currentIndex():
            self.channel_box.blockSignals(True)
            self.channel_box.setCurrentIndex(index)
            self.channel_box.blockSignals(False)
            self._paint()

    def share_scale(self, shared: bool) -> None:
        """One scale for all channels, or one for each."""
        self._shared = shared
        self._paint()

    def mark(self, marks: Sequence[Mark]) -> None:
        """Draw rectangles over the map."""
        self.view.mark(marks)

    def cell_at(self, row: int, column: int) -> tuple[int, ...] | None:
        """The cell of the array at a place of the picture; None beside it and where a vector's last row is not full."""
        height, width = self.view.image_size
        if not (0 <= row < height and 0 <= column < width):
            return None
        if self.values.ndim == 3:
            return row, column, max(self.channel, 0)
        index = row * self._row_length() + column
        return (index,) if index < self.values.size else None

    def place_of(self, cell: tuple[int, ...]) -> tuple[int, int]:
        """Row and column of the picture where a cell of the array is shown."""
        return (cell[0], cell[1]) if len(cell) == 3 else divmod(cell[0], self._row_length())

    def cell_count(self) -> int:
        """Cells of the picture."""
        return self.values.size if self.values.ndim == 1 else self.values.shape[0] * self.values.shape[1]

    def _row_length(self) -> int:
        """Numbers of a vector in one row of the picture."""
        size = self.values.size
        return min(size, SMALL_SIDE) if size <= SMALL_SIDE**2 else int(np.ceil(np.sqrt(size)))

    def _offer_channels(self) -> None:
        count = self.values.shape[2] if self.values.ndim == 3 else 1
        wanted = [*([("colour", COLOUR)] if count == 3 else []), *((f"channel {c}", c) for c in range(count))]
        if [self.channel_box.itemData(i) for i in range(self.channel_box.count())] == [data for _, data in wanted]:
            return
        self.channel_box.blockSignals(True)
        self.channel_box.clear()
        for text, data in wanted:
            self.channel_box.addItem(text, data)
        self.channel_box.blockSignals(False)
        self.channel_box.setVisible(count > 1)

    def _channel_chosen(self, _: int) -> None:
        self._paint()
        self.channel_changed.emit(self.channel)

    def _paint(self) -> None:
        if self.values.ndim == 3 and self.channel == COLOUR:
            self.legend.show_text(_colour_note(self.values))
            self.view.show_map(self.values, paint_rgb(self.values), self._margin)
            return
        shown = self.values[:, :, self.channel] if self.values.ndim == 3 else self._rows()
        scale = self._scale(shown)
        self.legend.show_scale(scale)
        self.view.show_map(shown[:, :, None], paint(shown, scale), self._margin)

    def _rows(self) -> np.ndarray:
        length = self._row_length()
        rows = np.full((-(-self.values.size // length), length), np.nan, np.float32)
        rows.ravel()[: self.values.size] = self.values
        return rows

    def _scale(self, shown: np.ndarray) -> Scale:
        return scale_of(self.values if self._shared or self.values.ndim == 1 else shown)

    _margin = 0


def _colour_note(values: np.ndarray) -> str:
    low, high = float(values.min()), float(values.max())
    if low < 0:
        return f"Red, green and blue as one picture; grey is 0, range ±{max(-low, high):.3g}."
    return f"Red, green and blue as one picture, 0 to {max(high, 1.0):.3g}."
