"""The page of the stack: settings on the left, maps in the centre, what it means on the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.playground.codegen import keras_code
from engine.playground.inputs import edited
from engine.playground.lessons import Experiment
from engine.playground.numbers import parse
from engine.playground.trace import Trace
from gui.context import AppContext
from gui.playground.code_panel import CodePanel
from gui.playground.explorer import Explorer
from gui.playground.exporter import Exporter
from gui.playground.file_bar import FileBar
from gui.playground.layer_panel import LayerPanel
from gui.playground.lesson_panel import LessonPanel
from gui.playground.numbers_panel import NumbersPanel
from gui.playground.session import Session
from gui.playground.strip import StackStrip

MEANING = 288  # pixels of the right column


class StackPage(QWidget):
    """Wires the session to its views. The layer panel stands elsewhere: in the left column of the tab."""

    input_replaced = Signal()  # by an experiment or an edited cell

    def __init__(self, context: AppContext, session: Session) -> None:
        super().__init__()
        self._exporter = Exporter(context, self)
        self.session = session
        self.panel = LayerPanel()
        self.strip = StackStrip()
        self.explorer = Explorer()
        self.lesson = LessonPanel()
        self.numbers = NumbersPanel(context.theme)
        self.code = CodePanel()
        self.files = FileBar()
        self.meaning = QTabWidget()
        self.meaning.setFixedWidth(MEANING)
        self.meaning.setDocumentMode(True)
        for panel, title in ((self.lesson, "Lesson"), (self.numbers, "Numbers"), (self.code, "Code")):
            self.meaning.addTab(panel, title)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.meaning, 1)
        right.addWidget(self.files)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self.explorer, 1)
        below.addLayout(right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.strip)
        column.addLayout(below, 1)
        self._connect()
        self._edited()

    def _connect(self) -> None:
        session, strip = self.session, self.strip
        strip.selected.connect(session.select)
        strip.add_wanted.connect(session.add)
        strip.remove_wanted.connect(session.remove)
        strip.move_wanted.connect(session.move)
        strip.undo_wanted.connect(session.undo)
        strip.redo_wanted.connect(session.redo)
        session.edited.connect(self._edited)
        session.computed.connect(self._computed)
        session.refused.connect(self.panel.say)
        self.panel.changed.connect(session.change_layer)
        self.lesson.experiment_wanted.connect(self.run_experiment)
        self.meaning.currentChanged.connect(lambda _: self._show_meaning())
        self.explorer.traced.connect(self._traced)
        self.explorer.input_edited.connect(self._input_edited)
        self.files.scale_shared.connect(self._share_scale)
        self.files.export_wanted.connect(self._export)
        self.files.open_wanted.connect(self._open)
        self.files.save_wanted.connect(self._save)

    def run_experiment(self, experiment: Experiment, kind: str) -> None:
        """Set up an experiment and say where to look."""
        if self.session.use_experiment(experiment, kind):
            self.explorer.set_cell(None)
            self.lesson.show_look(experiment.look)
            self.input_replaced.emit()

    def _edited(self) -> None:
        session = self.session
        layers = session.stack.layers
        shapes = session.stack.shapes(session.input.values.shape)
        shape = shapes[session.selected]
        self.panel.show_layer(session.layer, shape)
        self.strip.enable(len(layers), session.selected, session.history.can_undo, session.history.can_redo)
        if session.layer is not None:
            self.lesson.show_layer(session.layer, shape)
            self.lesson.show_look("")

    def _computed(self) -> None:
        session = self.session
        self.strip.show_stages(session.computed_input.values, session.stages, session.selected)
        self.explorer.show_stages(session.computed_input, session.stages[: session.selected + 1])
        self._show_meaning()

    def _show_meaning(self) -> None:
        """Fill the panel in front only: the others cost time at every move of a slider."""
        session, front = self.session, self.meaning.currentWidget()
        if front is self.numbers and session.stage is not None:
            self.numbers.show_stage(session.stage)
        elif front is self.code:
            self.code.show_code(keras_code(session.stack, session.input.values.shape))

    def _traced(self, trace: Trace | None) -> None:
        single = trace is not None and trace.values.size == 1
        self.numbers.point_at(float(trace.values.ravel()[0]) if trace is not None and single else None)

    def _input_edited(self, cell: tuple[int, int, int], text: str) -> None:
        try:
            number = parse(text)
        except EngineError as error:
            self.panel.say(str(error))
            return
        if self.session.set_input(edited(self.session.input, cell, number)):
            self.input_replaced.emit()

    def _share_scale(self, shared: bool) -> None:
        for view in (self.explorer.first, self.explorer.before, self.explorer.after):
            view.share_scale(shared)

    def _export(self) -> None:
        stage = self.session.stage
        if stage is None:
            self._exporter.export(self.session.input.values, self.session.input.name)
        else:
            self._exporter.export(stage.result, stage.layer.title)

    def _save(self) -> None:
        self._exporter.ask("Save the stack", "stack.json", "Stack (*.json)", self.session.save)

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a stack", self._exporter.folder(), "Stack (*.json)")
        if name:
            self.session.open(Path(name))
