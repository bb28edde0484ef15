"""The centre of the page: input and output of a layer, and the cell that is taken apart between them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.playground.inputs import SMALL_SIDE, Input
from engine.playground.receptive import field_of
from engine.playground.stack import Stage
from engine.playground.trace import Trace
from gui.playground.arithmetic import Arithmetic
from gui.playground.cell_editor import CellEditor
from gui.playground.cell_marks import field_marks, padding_margin, unused_marks, window_marks
from gui.playground.map_view import Mark
from gui.playground.player import Player
from gui.playground.stage_view import StageView


class Explorer(QWidget):
    """Shows the stages up to the selected one; the cell follows the cursor until it is pinned."""

    traced = Signal(object)  # Trace or None
    input_edited = Signal(object, str)  # (row, column, channel) of the stack's input and the text typed

    def __init__(self) -> None:
        super().__init__()
        self._given: Input | None = None
        self._stages: tuple[Stage, ...] = ()
        self.cell: tuple[int, ...] | None = None
        self.pinned = False
        self.first, self.before, self.after = StageView("Stack input"), StageView("Input"), StageView("Output")
        self.arithmetic = Arithmetic()
        self.player = Player()
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        views = QHBoxLayout()
        views.setSpacing(16)
        for view in (self.first, self.before, self.after):
            views.addWidget(view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(views, 1)
        column.addWidget(self.note)
        column.addWidget(self.player)
        column.addWidget(self.arithmetic)
        self._editor = CellEditor(self.before.view)
        self._editor.typed.connect(self.input_edited)
        self.after.pointed.connect(self._pointed)
        self.after.picked.connect(self._picked)
        for view in (self.after, self.before):
            view.stepped.connect(self._stepped)
            view.view.play_wanted.connect(self.player.play.toggle)
        self.after.channel_changed.connect(lambda _: self._channel_changed())
        self.before.channel_changed.connect(lambda _: self._show_cell())
        self.before.picked.connect(self._edit)
        self.player.moved.connect(self._played)

    @property
    def stage(self) -> Stage | None:
        """The stage on show."""
        return self._stages[-1] if self._stages else None

    def show_stages(self, given: Input, stages: tuple[Stage, ...]) -> None:
        """Show the last of these stages, which begin at the stack's input."""
        self._given, self._stages = given, stages
        self._editor.hide()
        self.first.setVisible(len(stages) > 1)
        self.after.setVisible(bool(stages))
        self.player.setVisible(bool(stages))
        if not stages:
            self.before.show_stage(given.values, f"{given.name}  {_shape(given.values.shape)}")
            self.set_cell(None)
            self.note.hide()
            return
        stage, source = stages[-1], stages[-1].source
        title = given.name if len(stages) == 1 else stages[-2].layer.title
        if len(stages) > 1:
            self.first.show_stage(given.values, f"{given.name}  {_shape(given.values.shape)}")
        self.before.show_stage(source, f"{title}  {_shape(source.shape)}", padding_margin(stage.layer, source.shape))
        self.after.show_stage(stage.result, f"{stage.layer.title}  {_shape(stage.result.shape)}")
        self.player.set_count(self.after.cell_count())
        self._say_unused()
        if self.cell is not None and not _inside(self.cell, stage.result.shape):
            self.cell, self.pinned = None, False
            self.after.view.draw_curtain(None)
        self._show_cell()

    def set_cell(self, cell: tuple[int, ...] | None, pinned: bool = False) -> None:
        """Take another cell of the output apart."""
        self.cell, self.pinned = cell, pinned and cell is not None
        self._show_cell()

    def trace(self) -> Trace | None:
        """How the cell came about."""
        stage = self.stage
        if stage is None or self.cell is None:
            return None
        return stage.layer.trace(stage.source, stage.result, self.cell)

    def _show_cell(self) -> None:
        trace, stage = self.trace(), self.stage
        unused = unused_marks(stage.layer, stage.source.shape) if stage and stage.source.ndim == 3 else []
        if trace is None or stage is None or self.cell is None:
            self.after.mark(())
            self.before.mark(unused)
            self.first.mark(())
            self.arithmetic.show_trace(None)
        else:
            row, column = self.after.place_of(self.cell)
            self.after.mark([Mark(row, column, row, column, "cell")])
            self.before.mark([*unused, *self._source_marks(trace)])
            self._mark_field()
            pin = "pinned" if self.pinned else "click to pin"
            self.arithmetic.show_trace(trace, f"Cell {_place(self.cell)} ({pin})", self._source_channel(trace))
        self.traced.emit(trace)

    def _source_marks(self, trace: Trace) -> list[Mark]:
        if self.before.values.ndim == 3:
            return window_marks(trace)
        places = [self.before.place_of((int(c),)) for c in trace.channels[:256]]
        return [Mark(row, column, row, column) for row, column in places] if len(places) < 256 else []

    def _source_channel(self, trace: Trace) -> int:
        shown = self.before.channel
        return shown if shown in trace.channels else int(trace.channels[0]) if trace.channels.size else 0

    def _mark_field(self) -> None:
        if len(self._stages) > 1 and self._given is not None and self.cell is not None:
            shapes = [self._given.values.shape, *(stage.result.shape for stage in self._stages)]
            box = field_of([stage.layer for stage in self._stages], shapes, self.cell)
            self.first.mark(field_marks(box, self._given.values.shape))

    def _say_unused(self) -> None:
        stage = self.stage
        assert stage is not None
        marks = unused_marks(stage.layer, stage.source.shape) if stage.source.ndim == 3 else []
        self.note.setVisible(bool(marks))
        if marks:
            self.note.setText("The hatched cells at the edge reach no output: the windows do not fit evenly.")

    def _pointed(self, place: tuple[int, int] | None) -> None:
        if not self.pinned and place is not None:
            self.set_cell(self.after.cell_at(*place))

    def _picked(self, row: int, column: int) -> None:
        cell = self.after.cell_at(row, column)
        self.set_cell(cell, pinned=not (self.pinned and cell == self.cell))

    def _stepped(self, rows: int, columns: int) -> None:
        stage = self.stage
        if stage is None:
            return
        row, column = self.after.place_of(self.cell) if self.cell is not None else (0, 0)
        if self.cell is not None:
            row, column = row + rows, column + columns
        height, width = self.after.view.image_size
        cell = self.after.cell_at(min(max(row, 0), height - 1), min(max(column, 0), width - 1))
        if cell is not None:
            self.set_cell(cell, pinned=True)

    def _channel_changed(self) -> None:
        if self.cell is not None and len(self.cell) == 3:
            self.cell = (*self.cell[:2], max(self.after.channel, 0))
        self._show_cell()

    def _played(self, number: int | None) -> None:
        self.after.view.draw_curtain(number)
        if number is None:
            self.set_cell(None)
            return
        cell = self.after.cell_at(*divmod(number, max(self.after.view.image_size[1], 1)))
        if cell is not None:
            self.set_cell(cell, pinned=True)

    def _edit(self, row: int, column: int) -> None:
        given = self._given
        if given is None or len(self._stages) > 1 or max(given.values.shape[:2]) > SMALL_SIDE:
            return
        channel = max(self.before.channel, 0)
        self._editor.begin((row, column, channel), float(given.values[row, column, channel]))


def _inside(cell: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return len(cell) == len(shape) and all(index < size for index, size in zip(cell, shape, strict=True))


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _place(cell: tuple[int, ...]) -> str:
    if len(cell) == 1:
        return f"number {cell[0]}"
    return f"row {cell[0]}, column {cell[1]}, channel {cell[2]}"
