"""Live: the same explanation on the frames of a camera or a video, newest frame only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from engine.explain import beside
from engine.explain.asking import Wanted
from engine.explain.live import Shot, explain_live
from engine.jobs import Job, LatestSlot
from engine.video.capture import Capture
from engine.video.spec import open_spec
from engine.video.status import State
from gui.context import AppContext
from gui.inspector.answer_panel import AnswerPanel
from gui.inspector.why import Why

LANE = "inspector.live"
BEAT = 20  # milliseconds between two looks at the newest frame


class Live(QObject):
    """Runs one source at a time; the capture has its own thread, the explanation a worker's."""

    running_changed = Signal(bool)

    def __init__(self, context: AppContext, why: Why, panel: AnswerPanel, top: Callable[[], int]) -> None:
        """top: how many classes are wanted."""
        super().__init__(why)
        self.context = context
        self.why = why
        self.panel = panel
        self._top = top
        self.running = False
        self.spec = ""  # the source
        self.shown = 0  # frames painted since the start
        self._wanted = why.controls.wanted()
        self._slot: LatestSlot[Shot] = LatestSlot()
        self._capture: deque[Capture] = deque(maxlen=1)  # empty until the worker has opened it
        self._trouble = ""  # what was last said about it
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._paint)
        why.controls.changed.connect(self._controls_changed)

    def start(self, spec: str, key: tuple) -> None:
        """Explain the frames of a source, named as the command line does, by the model of a key."""
        self.stop()
        self.spec = spec
        self.shown = 0
        slot: LatestSlot[Shot] = LatestSlot()
        capture: deque[Capture] = deque(maxlen=1)
        self._slot, self._capture, self._trouble = slot, capture, ""

        def work(job: Job) -> int:
            explainer = self.why.explainers.get(key)
            with Capture(open_spec(spec)) as frames:
                capture.append(frames)
                done = explain_live(frames, explainer, lambda: self._wanted, slot.put, job)
                if not done and frames.status.message:
                    raise EngineError(frames.status.message, "Check the camera or the file.")
                return done

        self.why.begin_live(key)
        self._controls_changed()
        self.panel.clear("Waiting for the first frame…")
        self.running = True
        self._timer.start()
        self.running_changed.emit(True)
        name = Path(spec).name if spec not in ("camera", "synthetic") else spec
        self.context.jobs.submit(
            work,
            title=f"Live: {name}",
            lane=LANE,
            on_end=lambda: self._ended(slot),
        )

    def stop(self) -> None:
        """End; the last frame stays on show."""
        self.context.jobs.cancel_lane(LANE)
        self._finish()

    def _ended(self, slot: LatestSlot[Shot]) -> None:
        if slot is self._slot and self.running:
            self._paint()
            self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        if self.running:
            self.running = False
            self.running_changed.emit(False)
            self.why.end_live()

    def _controls_changed(self) -> None:
        wanted = self.why.controls.wanted()
        self._wanted = wanted if wanted.method else Wanted()

    def _paint(self) -> None:
        shot = self._slot.take(0)
        if shot is None:
            self._tell_trouble()
            return
        self._trouble = ""
        self.shown += 1
        self.why.show_live(shot.image, shot.found, f"{shot.rate:.0f} frames/s, {shot.cost_ms:.0f} ms each")
        found = shot.found
        classes = found.explainer.output(found.explanation.target.output).classes
        card = found.explainer.card
        self.panel.show_answer(beside.predictions(found, self._top()), classes, found.prepared.seen, card)

    def _tell_trouble(self) -> None:
        """Why no frame comes, while the source is tried again."""
        status = self._capture[0].status if self._capture else None
        if status is None or status.state is not State.LOST or status.message == self._trouble:
            return
        self._trouble = status.message
        say = self.why.page.say if self.shown else self.panel.clear
        say(f"{status.message} Trying again.")
