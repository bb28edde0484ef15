"""What the person has on the table: an input, a stack with its history, and the stages worked out from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.playground import document
from engine.playground.history import History
from engine.playground.inputs import Input, from_source
from engine.playground.layers import LAYERS, Layer
from engine.playground.lessons import Experiment
from engine.playground.stack import Runner, Stack, Stage
from gui.jobs import JobRunner
from gui.playground.live import Live


class Session(QObject):
    """Accepts only changes that fit; what does not is refused with a sentence, and the last good state stays."""

    edited = Signal()  # the stack or the selected layer changed
    computed = Signal()  # new stages are there
    refused = Signal(str)  # why a change was not made; "" once one was

    def __init__(self, jobs: JobRunner, given: Input, stack: Stack) -> None:
        super().__init__()
        self._jobs = jobs
        self._live = Live(jobs, self._failed, "playground.run")
        self._runner = Runner()
        self.input = given
        self.history: History[Stack] = History(stack)
        self.selected = 0
        self.stages: tuple[Stage, ...] = ()
        self.computed_input = given  # the input that `stages` belong to

    @property
    def stack(self) -> Stack:
        """The stack as it is now; `stages` may still be those of a moment ago."""
        return self.history.now

    @property
    def busy(self) -> bool:
        """Whether newer stages are on their way."""
        return self._live.busy

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return self.stack.layers[self.selected] if self.stack.layers else None

    @property
    def stage(self) -> Stage | None:
        """The selected stage as last worked out."""
        return self.stages[self.selected] if self.selected < len(self.stages) else None

    def refresh(self) -> None:
        """Work out the stages."""
        stack, given = self.stack, self.input
        self._live.ask(lambda: (given, self._runner.run(stack, given.values)), self._computed)

    def set_input(self, given: Input) -> bool:
        """Another input; refused when the stack does not fit it."""
        return self._accept(self.stack, given)

    def set_stack(self, stack: Stack, selected: int | None = None, gesture: object = None) -> bool:
        """Another stack; refused when it does not fit the input."""
        return self._accept(stack, self.input, selected, gesture)

    def use_experiment(self, experiment: Experiment, kind: str) -> bool:
        """Input and stack of an experiment, the layer it is about selected."""
        kinds = [layer.kind for layer in experiment.stack.layers]
        return self._accept(
            experiment.stack, from_source(experiment.input, experiment.grey), len(kinds) - 1 - kinds[::-1].index(kind)
        )

    def change_layer(self, layer: Layer, gesture: object = None) -> bool:
        """The selected layer with other settings."""
        return self.set_stack(self.stack.with_layer(self.selected, layer), gesture=gesture)

    def add(self, kind: str) -> bool:
        """A new layer behind the selected one."""
        place = self.selected + 1 if self.stack.layers else 0
        try:
            return self.set_stack(self.stack.inserted(place, LAYERS[kind]()), place)
        except EngineError as error:  # too many layers
            self.refused.emit(str(error))
            return False

    def remove(self) -> None:
        """Take the selected layer out."""
        if self.stack.layers:
            self.set_stack(self.stack.removed(self.selected), max(self.selected - 1, 0))

    def move(self, step: int) -> None:
        """The selected layer earlier (-1) or later (1)."""
        to = self.selected + step
        if 0 <= to < len(self.stack.layers):
            self.set_stack(self.stack.moved(self.selected, to), to)

    def select(self, index: int) -> None:
        """Look at another layer."""
        if index != self.selected and 0 <= index < len(self.stack.layers):
            self.selected = index
            self.edited.emit()
            self.computed.emit()

    def undo(self) -> None:
        """Back to the older stack, if it fits the input."""
        self._travel(self.history.undo, self.history.redo)

    def redo(self) -> None:
        """Forward again."""
        self._travel(self.history.redo, self.history.undo)

    def open(self, path: Path) -> None:
        """Read a saved stack."""
        self._jobs.submit(
            lambda _: document.open_stack(path),
            lane="playground.open",
            on_result=self._opened,
            on_error=self._failed,
        )

    def _opened(self, stack: Stack) -> None:
        self.set_stack(stack, 0)

    def save(self, path: Path) -> None:
        """Write the stack."""
        stack = self.stack
        self._jobs.submit(lambda _: document.save_stack(stack, path), title=f"Saving {path.name}")

    def _travel(self, there: Callable[[], Stack], back: Callable[[], Stack]) -> None:
        stack = there()
        try:
            stack.shapes(self.input.values.shape)
        except EngineError as error:
            back()
            self.refused.emit(str(error))
            return
        self._settle(self.selected)

    def _accept(self, stack: Stack, given: Input, selected: int | None = None, gesture: object = None) -> bool:
        try:
            stack.shapes(given.values.shape)
        except EngineError as error:
            self.refused.emit(str(error))
            return False
        same = stack is self.stack and given.values.shape == self.input.values.shape
        self.input = given
        if same:  # the next frame of a camera: nothing but the numbers changed
            self.refused.emit("")
            self.refresh()
            return True
        if stack is not self.stack:
            self.history.put(stack, gesture)
        self._settle(self.selected if selected is None else selected)
        return True

    def _settle(self, selected: int) -> None:
        self.selected = max(min(selected, len(self.stack.layers) - 1), 0)
        self.refused.emit("")
        self.edited.emit()
        self.refresh()

    def _computed(self, result: tuple[Input, tuple[Stage, ...]]) -> None:
        self.computed_input, self.stages = result
        self.computed.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EngineError):
            self.refused.emit(str(error))
        else:
            self._jobs.failed.emit("Playground", error)
