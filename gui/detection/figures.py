"""Keeps the words and figures around the picture up to date, a few times a second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.detection.numbers import Numbers
from engine.detection.pipeline import Pipeline
from engine.video.capture import State, Status
from gui.context import AppContext
from gui.detection.controls import Controls
from gui.detection.live import Live
from gui.detection.panel import Panel
from gui.detection.stage import Stage
from gui.words import count


class Figures:
    """Reads the pipeline, writes the widgets."""

    def __init__(self, context: AppContext, live: Live, controls: Controls, stage: Stage, panel: Panel) -> None:
        self._context, self._live = context, live
        self._controls, self._stage, self._panel = controls, stage, panel
        self._state: State | None = None
        self._losses = 0
        self._unreadable = 0  # files already told of
        self.waiting_text = ""  # shown over the picture while no detector runs
        self._said = ""  # shown over the picture when nothing more urgent is

    def reset(self) -> None:
        """Another source was opened."""
        self._state, self._losses, self._unreadable, self._said = None, 0, 0, ""

    def say_over_picture(self, text: str) -> None:
        """Show a sentence over the picture until it is replaced; "" takes it away."""
        self._said = text
        self.refresh()

    def refresh(self) -> None:
        """Show how things stand."""
        pipeline = self._live.pipeline
        if pipeline is None:
            return
        self._show_status(pipeline.capture.status)
        detector = pipeline.detector
        numbers = pipeline.numbers() if detector else Numbers(dropped=pipeline.numbers().dropped)
        self._panel.numbers.show_numbers(numbers, detector.runtime.describe() if detector else "")
        history = pipeline.meter.history()
        self._panel.chart.show_history(history)
        self._panel.show_tally(pipeline.counters, pipeline.label)
        self._show_counts(pipeline, history)
        self._log_unreadable(pipeline.capture.source.unreadable)
        self._log_events(pipeline)
        if pipeline.error is not None and detector is not None:
            self._context.say(pipeline.error.message, pipeline.error.hint)
            self._live.use(None)

    def _show_counts(self, pipeline: Pipeline, charted: Iterable[int]) -> None:
        if pipeline.detector is None:  # the numbers of classes that are still on show are those of another
            needed = "Nothing is detected yet: a detector is needed."
            self._panel.counts.hint = needed if self.waiting_text else "The detector is loading…"
            self._panel.counts.show_counts([])
            return
        view = self._stage.view
        counts = view.found.counts() if view is not None else {}
        counts = counts | {c: 0 for c in charted if c not in counts}  # names for the colours of the chart
        self._panel.counts.hint = "Nothing at this confidence."
        self._panel.counts.show_counts([(pipeline.label(c), c, n) for c, n in counts.items()])

    def _log_unreadable(self, sentences: Sequence[str]) -> None:
        for sentence in sentences[self._unreadable :]:
            self._panel.add_event(f"Left out. {sentence}")
        self._unreadable = len(sentences)

    def _log_events(self, pipeline: Pipeline) -> None:
        while pipeline.events:
            event = pipeline.events.popleft()
            stay = f" after {event.dwell_s:.1f} s" if event.kind == "leave" else ""
            what = f"{pipeline.label(event.class_id)} #{event.track_id}"
            self._panel.add_event(f"{event.time_s:.1f} s  {what}: {event.kind} {event.place}{stay}")

    def _show_status(self, status: Status) -> None:
        granted = status.granted
        self._controls.source.facts.setText(granted.describe() if granted else f"{status.state.value}…")
        if granted is not None and granted.duration_s:
            self._stage.transport.show_position(status.time_s, granted.duration_s)
        if status.state is not self._state:
            if self._state is State.LOST and status.state is State.PLAYING:
                self._panel.add_event(f"{status.time_s:.1f} s  Back again.")
            if status.state is State.FAILED:
                self._context.say(status.message, "")
            self._state = status.state
        if status.losses > self._losses:
            self._panel.add_event(f"{status.time_s:.1f} s  Lost. {status.last_loss}")
        self._losses = status.losses
        notice = self._stage.picture.notice
        if status.state is State.LOST:
            tries = f" ({count(status.tries, 'time')} so far)" if status.tries else ""
            notice.say(f"Lost. {status.message} Trying again{tries}.")
        elif status.message:
            notice.say(status.message)
        elif self.waiting_text:
            notice.say(self.waiting_text, buttons=True)
        else:
            notice.say(self._said)
