"""The stack as a strip: a thumbnail and the figures after each layer, and the buttons that change the order."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.colormaps import paint, scale_of
from engine.playground.layers import LAYERS
from engine.playground.stack import Stage
from gui.pictures import to_pixmap

ICON = 56
_ITEM = QSize(144, 136)
_SHOWN = Qt.ItemDataRole.UserRole  # the array an item shows


class StackStrip(QWidget):
    """Shows stages; emits what the person wants done to the stack."""

    selected = Signal(int)  # index of a layer
    add_wanted = Signal(str)  # kind
    remove_wanted = Signal()
    move_wanted = Signal(int)  # -1 earlier, 1 later
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setAccessibleName("Layers of the stack")
        self.list.setToolTip("The stack from left to right; choose a layer to see and change it")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.setGridSize(_ITEM)
        self.list.setFixedHeight(_ITEM.height() + 16)
        self.list.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(self._row_changed)
        self.add = QPushButton("Add layer")
        self.add.setToolTip("Put a new layer behind the selected one")
        menu = QMenu(self.add)
        for kind, layer in LAYERS.items():
            menu.addAction(layer.title).triggered.connect(lambda _=False, k=kind: self.add_wanted.emit(k))
        self.add.setMenu(menu)
        buttons = QVBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.add)
        self.earlier, self.later = self._tool("◀", "Move the layer earlier"), self._tool("▶", "Move the layer later")
        self.undo, self.redo = self._tool("↶", "Undo", "Ctrl+Z"), self._tool("↷", "Redo", "Ctrl+Shift+Z")
        self.remove = self._tool("Remove", "Take the selected layer out")
        for pair in ((self.earlier, self.later), (self.undo, self.redo), (self.remove,)):
            line = QHBoxLayout()
            line.setSpacing(4)
            for button in pair:
                line.addWidget(button)
            buttons.addLayout(line)
        buttons.addStretch(1)
        self.earlier.clicked.connect(lambda: self.move_wanted.emit(-1))
        self.later.clicked.connect(lambda: self.move_wanted.emit(1))
        self.undo.clicked.connect(self.undo_wanted)
        self.redo.clicked.connect(self.redo_wanted)
        self.remove.clicked.connect(self.remove_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)

    def _tool(self, text: str, about: str, shortcut: str = "") -> QToolButton:
        button = QToolButton()
        button.setObjectName("button")
        button.setText(text)
        button.setAccessibleName(about)
        button.setToolTip(f"{about} ({shortcut})" if shortcut else about)
        button.setSizePolicy(self.add.sizePolicy())
        if shortcut:
            button.setShortcut(shortcut)
        return button

    def show_stages(self, values: np.ndarray, stages: Sequence[Stage], selected: int) -> None:
        """Replace the figures: the input first, then a stage a layer."""
        self.list.blockSignals(True)
        while self.list.count() > len(stages) + 1:
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(stages) + 1:
            item = QListWidgetItem()
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.list.addItem(item)
        self._fill(0, values, f"Input\n{_shape(values.shape)}", "What goes in")
        for index, stage in enumerate(stages, start=1):
            field = "{}×{}".format(*stage.receptive_field)
            cost = f"{_brief(stage.parameters)} params\n{_brief(stage.multiply_adds)} mul-adds"
            text = f"{stage.layer.title}\n{_shape(stage.result.shape)}\nsees {field}\n{cost}"
            about = (
                f"Shape {_shape(stage.result.shape)}\nParameters: {stage.parameters:,}\n"
                f"Multiply-adds: {stage.multiply_adds:,}\nReceptive field on the input: {field}"
            )
            self._fill(index, stage.result, text, about)
        self.list.setCurrentRow(selected + 1 if stages else 0)
        self.list.blockSignals(False)

    def enable(self, layers: int, selected: int, can_undo: bool, can_redo: bool) -> None:
        """Which buttons make sense."""
        self.earlier.setEnabled(layers > 1 and selected > 0)
        self.later.setEnabled(selected + 1 < layers)
        self.remove.setEnabled(layers > 0)
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)

    def _fill(self, row: int, values: np.ndarray, text: str, about: str) -> None:
        item = self.list.item(row)
        item.setText(text)
        item.setToolTip(about)
        if item.data(_SHOWN) is values:  # most stages stay as they are while a setting moves
            return
        item.setData(_SHOWN, values)
        icon = QIcon()
        picture = to_pixmap(thumbnail(values))
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint the selected one
            icon.addPixmap(picture, mode)
        item.setIcon(icon)

    def _row_changed(self, row: int) -> None:
        self.selected.emit(max(row - 1, 0))


def thumbnail(values: np.ndarray, side: int = 2 * ICON) -> np.ndarray:
    """The first channel of a stage, or a vector as cells side by side, RGBA uint8 (side, side), clear around it."""
    shown = values[:, :, 0] if values.ndim == 3 else np.tile(values[:side], (max(min(values.size, side) // 3, 1), 1))
    coarse = max(max(shown.shape) // (2 * side), 1)
    shown = shown[::coarse, ::coarse]  # twice as fine as needed is fine enough to average
    scale = side / max(shown.shape)
    size = max(round(shown.shape[1] * scale), 1), max(round(shown.shape[0] * scale), 1)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    painted = paint(cv2.resize(shown, size, interpolation=method), scale_of(shown))
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square[top : top + size[1], left : left + size[0], :3] = painted
    square[top : top + size[1], left : left + size[0], 3] = 255
    return square


def _brief(number: int) -> str:
    """A count in few letters: 940, 2.4k, 15M."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.2g}{unit}" if number < 100 * size else f"{number // size}{unit}"
    return str(number)


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
