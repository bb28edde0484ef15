"""The settings of the selected layer: its form, its kernel or weights, and why a change was not made."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.playground.layers import Dense, KernelLayer, Layer, Shape
from gui.playground.kernel_editor import KernelEditor
from gui.playground.layer_form import LayerForm
from gui.playground.number_grid import NumberGrid

_ROWS, _COLUMNS = 64, 16  # of a weight matrix shown; the others stay as they are


class LayerPanel(QWidget):
    """Emits the selected layer with other settings."""

    changed = Signal(object, object)  # Layer and the gesture it belongs to

    def __init__(self) -> None:
        super().__init__()
        self._layer: Layer | None = None
        self._shape: Shape = ()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setProperty("role", "error")
        self.message.setAccessibleName("Why the change was not made")
        self.message.hide()
        self.kernel = KernelEditor()
        self.form = LayerForm()
        self.weights_label = QLabel()
        self.weights_label.setWordWrap(True)
        self.weights_label.setProperty("role", "muted")
        self.weights = NumberGrid("Weights")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.title, self.message, self.kernel, self.form, self.weights_label, self.weights):
            column.addWidget(widget)
        column.addStretch(1)
        self.kernel.changed.connect(lambda layer, gesture: self.changed.emit(layer, gesture or None))
        self.kernel.refused.connect(self.say)
        self.form.changed.connect(self._setting_changed)
        self.weights.edited.connect(self._weights_edited)
        self.weights.refused.connect(self.say)

    def show_layer(self, layer: Layer | None, shape: Shape) -> None:
        """Show a layer whose input has `shape`; None where the stack is empty."""
        self._layer, self._shape = layer, shape
        self.form.setVisible(layer is not None)
        self.title.setText("No layer yet: add one above." if layer is None else layer.title)
        self.kernel.setVisible(isinstance(layer, KernelLayer))
        for widget in (self.weights, self.weights_label):
            widget.setVisible(isinstance(layer, Dense))
        if layer is None:
            return
        self.form.show_layer(layer)
        if isinstance(layer, KernelLayer):
            self.kernel.show_layer(layer, shape[2])
        if isinstance(layer, Dense):
            self._show_weights(layer, shape[0])

    def say(self, text: str) -> None:
        """Why a change was not made, or "" once one was."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _show_weights(self, layer: Dense, length: int) -> None:
        matrix = layer.matrix(length)
        self.weights.show_numbers(matrix[:_ROWS, :_COLUMNS])
        part = f" First {_ROWS} rows and {_COLUMNS} columns." if matrix.shape > (_ROWS, _COLUMNS) else ""
        self.weights_label.setText(f"Weights: {length} inputs (rows) × {layer.units} units (columns).{part}")

    def _setting_changed(self, name: str, value: object) -> None:
        assert self._layer is not None
        try:
            layer = self._layer.change(**{name: value})
        except EngineError as error:
            self.say(str(error))
            self.form.show_layer(self._layer)
            return
        self.changed.emit(layer, (id(type(layer)), name))

    def _weights_edited(self, shown: np.ndarray) -> None:
        assert isinstance(self._layer, Dense)
        matrix = self._layer.matrix(self._shape[0]).copy()
        matrix[:_ROWS, :_COLUMNS] = shown
        self.changed.emit(self._layer.change(weights=matrix), None)
