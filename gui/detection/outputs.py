"""What leaves the Detection tab: snapshots, recordings, results, the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from engine.detection.exports import FORMATS
from engine.images import from_array
from engine.jobs import Job
from engine.video.recording import Recorded
from gui.context import AppContext
from gui.detection import saving
from gui.detection.controls import Controls
from gui.detection.live import Live
from gui.detection.stage import Stage
from gui.pictures import to_qimage

_TITLES = {"json": "JSON", "csv": "CSV table", "coco": "COCO", "yolo": "YOLO labels"}


class Outputs:
    """The Save menu and the Record button."""

    def __init__(self, context: AppContext, live: Live, stage: Stage, controls: Controls) -> None:
        self._context, self._live, self._stage, self._controls = context, live, stage, controls
        menu = QMenu(stage)
        menu.addAction("Snapshot with boxes (S)", lambda: self.snapshot(False))
        menu.addAction("Snapshot without boxes", lambda: self.snapshot(True))
        menu.addAction("Copy picture (C)", self.copy)
        menu.addAction("Show in the Inspector (I)", self.inspect)
        menu.addSeparator()
        for kind in FORMATS:
            menu.addAction(f"Results as {_TITLES[kind]}", partial(self.results, kind))
        menu.addSeparator()
        self._clean = menu.addAction("Record without boxes")
        self._clean.setCheckable(True)
        stage.transport.save.setMenu(menu)
        stage.transport.record_wanted.connect(self.record)

    def snapshot(self, clean: bool) -> None:
        """The picture on show as PNG."""
        view = self._stage.view
        if view is not None:
            self._save(lambda _: saving.save_snapshot(view, clean), "Saving the snapshot")

    def results(self, kind: str) -> None:
        """Everything found since the source was opened."""
        pipeline = self._live.pipeline
        if pipeline is None or pipeline.detector is None:
            self._context.say("There are no results yet.", "A detector has to run first.")
            return
        spec, model = self._live.spec, self._controls.model.current()
        runtime = pipeline.detector.runtime.describe()
        self._save(lambda _: saving.save_results(pipeline, spec, model, runtime, kind), "Saving the results")

    def copy(self) -> None:
        """The picture on show, without boxes, for any other program."""
        if self._stage.view is not None:
            QGuiApplication.clipboard().setImage(to_qimage(self._stage.view.clean))
            self._context.say("Copied.", "It can be pasted with Ctrl+V.")

    def inspect(self) -> None:
        """The picture on show, without boxes, in the Inspector."""
        if self._stage.view is not None:
            self._context.show_in("Inspector", from_array(self._stage.view.clean, "The frame"))

    def record(self, wanted: bool) -> None:
        """Begin or finish a recording."""
        pipeline = self._live.pipeline
        if pipeline is not None and wanted != (pipeline.recorder is not None):
            if wanted:
                self._live.record(self._clean.isChecked())
            else:
                self._live.stop_recording(self._recorded)
        self._stage.transport.show_recording(wanted and pipeline is not None)

    def check_recorder(self) -> None:
        """Finish a recording that cannot go on, such as on a full disk."""
        recorder = self._live.pipeline.recorder if self._live.pipeline is not None else None
        if recorder is not None and recorder.error is not None:
            self._context.say(recorder.error.message, recorder.error.hint)
            self.record(False)

    def _recorded(self, recorded: Recorded | None) -> None:
        if recorded is not None and recorded.frames:
            self._context.say(f"Recorded {recorded.seconds:.1f} s.", str(recorded.path))

    def _save(self, work: Callable[[Job], Path], title: str) -> None:
        self._context.jobs.submit(work, title=title, on_result=lambda path: self._context.say("Saved.", str(path)))
