"""What a layer does and what to try, with experiments that set the controls."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.playground.layers import Layer, Shape
from engine.playground.lessons import Experiment, lessons


class LessonPanel(QScrollArea):
    """Shows the lesson of a layer; emits the experiment that was chosen."""

    experiment_wanted = Signal(object, str)  # Experiment and the kind of layer it is about

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._kind = ""
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 8, 8, 8)
        self._column.setSpacing(8)
        self.title = _label("title")
        self.what = _label()
        self.formulas = _label()
        self.attempt = _label("muted")
        self.look = _label()
        self.look.hide()
        self._buttons: list[QPushButton] = []
        for widget in (self.title, self.what, self.formulas, self.attempt, self.look):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidget(body)

    def show_layer(self, layer: Layer, shape: Shape) -> None:
        """The lesson of a layer, with the output size worked out for an input of `shape`."""
        self.formulas.setText("\n".join(layer.formulas(shape)))
        self.formulas.setVisible(bool(self.formulas.text()))
        if layer.kind == self._kind:
            return
        self._kind = layer.kind
        lesson = lessons()[layer.kind]
        self.title.setText(layer.title)
        self.what.setText(lesson.what)
        self.attempt.setText(f"Try: {lesson.attempt}")
        for button in self._buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [self._button(experiment, layer.kind) for experiment in lesson.experiments]
        for button in self._buttons:
            self._column.insertWidget(self._column.count() - 2, button)

    def show_look(self, text: str) -> None:
        """Where to look in the experiment that was started; "" for none."""
        self.look.setText(text)
        self.look.setVisible(bool(text))

    def _button(self, experiment: Experiment, kind: str) -> QPushButton:
        button = QPushButton(experiment.title)
        button.setToolTip(f"Set up this experiment. {experiment.look}")
        button.clicked.connect(lambda: self.experiment_wanted.emit(experiment, kind))
        return button


def _label(role: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
