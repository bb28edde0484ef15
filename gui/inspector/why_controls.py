"""What is asked: method, class and layer in sight; score, output and settings of the method behind "More"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.explain.asking import Wanted
from engine.explain.methods import METHODS, Parameter
from engine.explain.targets import SCORES
from gui.inspector.elided_box import ElidedBox
from gui.widgets.folded import FoldedSection
from gui.widgets.form import Form

OFF = "off"
TOP_CLASS = "Top class"
NOBODY = "nothing"
KINDS = ("layer", "pixel", "trial")  # the order in the list, a line between them


class WhyControls(QWidget):
    """Emits `changed` when the person asks for another map; knows no model."""

    changed = Signal()
    graph_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method = _box("Method", "How the model is asked")
        self.method.addItem("No map", OFF)
        for kind in KINDS:
            self.method.insertSeparator(self.method.count())
            for method in METHODS.values():
                if method.kind == kind:
                    self.method.addItem(method.title, method.key)
                    tip = f"{method.about}\nCost: {method.cost}.\n{method.paper}"
                    self.method.setItemData(self.method.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.method.setCurrentIndex(self.method.findData("grad-cam"))
        self.method.activated.connect(lambda _: self._method_changed())
        self.target = _search("Class", "The class to explain; type to search")
        self.target.activated.connect(lambda _: self.changed.emit())
        self.layer = _box("Layer", "The layer the map is taken from")
        self.layer.activated.connect(lambda _: self.changed.emit())
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._about.setProperty("role", "muted")
        self._options = Form()
        self._parameters: dict[str, QSpinBox | QDoubleSpinBox] = {}
        form = Form()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(8)
        form.addRow("Method", self.method)
        form.addRow("Class", self.target)
        form.addRow("Layer", self.layer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        title = QLabel("Why")
        title.setProperty("role", "title")
        column.addWidget(title)
        column.addLayout(form)
        column.addWidget(self._about)
        self.more = FoldedSection(self._build_more(), "More questions")
        column.addWidget(self.more)
        self.show_model((), (), None, ())
        self._method_changed(tell=False)

    def _build_more(self) -> QWidget:
        body = QWidget()
        form = Form(body)
        form.setContentsMargins(0, 0, 0, 0)
        self.against = _search("Minus class", "Explain the class minus this one, on one signed scale")
        self.against.activated.connect(lambda _: self.changed.emit())
        self.score = _box("Score", "Logit: evidence for the class itself. Probability: also how the other classes fall")
        self.score.addItems(list(SCORES))
        self.score.activated.connect(lambda _: self.changed.emit())
        self.output = _box("Output", "Which output of a network with several")
        self.output.activated.connect(lambda _: self.changed.emit())
        self.together = QCheckBox("in one picture")
        self.together.setToolTip("The maps of the three strongest classes over the image, each in its own colour")
        self.together.setAccessibleName("Top three classes in one picture")
        self.together.toggled.connect(lambda _: self.changed.emit())
        form.addRow("Minus class", self.against)
        form.addRow("Top three", self.together)
        form.addRow("Score", self.score)
        form.addRow("Output", self.output)
        form.addRow(self._options)
        return body

    def wanted(self) -> Wanted:
        """What is asked for now."""
        method = str(self.method.currentData())
        options = tuple((name, box.value()) for name, box in self._parameters.items())
        return Wanted(
            None if method == OFF else method,
            self.target.currentData(),
            self.against.currentData(),
            self.layer.currentData(),
            self.score.currentText(),
            max(self.output.currentIndex(), 0),
            options,
            self.together.isChecked(),
        )

    def show_model(
        self, labels: Sequence[str], layers: Sequence[tuple[str, str]], default: str | None, outputs: Sequence[str]
    ) -> None:
        """Offer the classes, layers (path, size) and outputs of a model; choices that still exist stay."""
        _refill(self.target, [(TOP_CLASS, None), *((label, index) for index, label in enumerate(labels))])
        _refill(self.against, [(NOBODY, None), *((label, index) for index, label in enumerate(labels))])
        automatic = f"Last map ({default})" if default else "No layer with a map"
        _refill(self.layer, [(automatic, None), *((f"{path}   {size}", path) for path, size in reversed(layers))])
        _refill(self.output, [(name, index) for index, name in enumerate(outputs)])
        self.output.setEnabled(len(outputs) > 1)

    def choose_class(self, index: int) -> None:
        """Ask for a class, as after a click on its bar."""
        if (row := self.target.findData(index)) >= 0:
            self.target.setCurrentIndex(row)
            self.changed.emit()

    def choose_layer(self, path: str) -> None:
        """Ask for a layer, as after a click in the strip or the graph."""
        if (row := self.layer.findData(path)) >= 0:
            self.layer.setCurrentIndex(row)
            self.changed.emit()

    def forget_choices(self) -> None:
        """Back to top class and default layer: another model has others, which are not known yet."""
        self.show_model((), (), None, ())
        self.layer.setItemText(0, "Last map")

    def _method_changed(self, tell: bool = True) -> None:
        method = METHODS.get(str(self.method.currentData()))
        self._about.setText(method.about if method else "Choose a method to see where the model looks.")
        self._about.setToolTip(f"Cost: {method.cost}. {method.paper}" if method else "")
        self.layer.setEnabled(method is not None and method.on_layer)
        self.target.setEnabled(method is not None and not method.class_free)
        while self._options.rowCount():
            self._options.removeRow(0)
        self._parameters = {}
        for parameter in method.parameters if method else ():
            self._parameters[parameter.name] = box = _spin(parameter)
            box.editingFinished.connect(self.changed.emit)
            self._options.addRow(parameter.name.capitalize(), box)
        if tell:
            self.changed.emit()


def _box(name: str, tip: str) -> QComboBox:
    box = ElidedBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box


def _search(name: str, tip: str) -> QComboBox:
    """A list one can type into; what contains the text is offered."""
    box = _box(name, tip)
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.setCompleter(completer)
    return box


def _refill(box: QComboBox, items: Sequence[tuple[str, object]]) -> None:
    kept = box.currentData()
    box.clear()
    for text, data in items:
        box.addItem(text, data)
    row = -1 if kept is None else box.findData(kept)
    box.setCurrentIndex(row if row >= 0 else (0 if items else -1))


def _spin(parameter: Parameter) -> QSpinBox | QDoubleSpinBox:
    whole = isinstance(parameter.default, int)
    box = QSpinBox() if whole else QDoubleSpinBox()
    box.setRange(parameter.low, parameter.high)  # type: ignore[arg-type]
    if not whole:
        box.setSingleStep(0.05)  # type: ignore[arg-type]
    box.setValue(parameter.default)  # type: ignore[arg-type]
    box.setToolTip(parameter.about)
    box.setAccessibleName(parameter.name.capitalize())
    return box
