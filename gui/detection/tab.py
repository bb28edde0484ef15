"""The Detection tab: a source and a detector in, a live picture with boxes out, without ever waiting for either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout

from engine.detection import catalog
from engine.detection.choices import SUFFIXES
from engine.errors import EngineError
from engine.images import LoadedImage
from engine.video.cameras import list_cameras
from engine.video.capture import State
from gui.context import AppContext
from gui.detection import saving
from gui.detection.controls import Controls
from gui.detection.desk import DetectorDesk
from gui.detection.explaining import Explaining
from gui.detection.figures import Figures
from gui.detection.hotkeys import build_hotkeys
from gui.detection.live import Live
from gui.detection.marking import Marking
from gui.detection.outputs import Outputs
from gui.detection.panel import Panel
from gui.detection.scenes import detection_scenes
from gui.detection.stage import Stage
from gui.tab import Scene, Tab
from gui.words import megabytes

SIDE, PANEL = 288, 288  # pixels of the outer columns
PAINT_MS, FIGURES_MS = 15, 400
FIRST_SOURCE = "synthetic"  # alive on a machine without a camera, and asks for no permission
_WANTED = "This is what the source shows. To find things in it, a detector is needed."


class DetectionTab(Tab):
    """Wires controls, picture and panel to the running pipeline."""

    title = "Detection"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.live = Live(context.jobs)
        self._ended = False  # whether the file was at its end a moment ago
        self._opening: Path | None = None  # becomes a recent file once something of it is seen
        self.controls = Controls()
        self.controls.setFixedWidth(SIDE)
        self.stage = Stage()
        self.panel = Panel(context.theme)
        self.panel.setFixedWidth(PANEL)
        self.desk = DetectorDesk(context, self.controls, self.live)
        self.outputs = Outputs(context, self.live, self.stage, self.controls)
        self.figures = Figures(context, self.live, self.controls, self.stage, self.panel)
        self.marking = Marking(context, self.live, self.stage, self.controls, self.panel)
        self.explaining = Explaining(context, self.live, self.stage, self.figures)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self.controls)
        row.addWidget(self.stage, 1)
        row.addWidget(self.panel)
        notice = self.stage.picture.notice
        self.fetch = notice.add_button("Download", "Fetch the detector once; it is kept", primary=True)
        self._open = notice.add_button("Open a model file…", "An .onnx or .cfg file of your own")
        self._paint_timer = QTimer(self, interval=PAINT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._figures_timer = QTimer(self, interval=FIGURES_MS)
        self._connect()
        build_hotkeys(self, self.controls, self.stage, self.outputs, self.marking.begin)
        self.controls.model.offer(context.settings.text("detection/files").split("\n"))
        wanted = context.settings.text("detection/model")
        if wanted in catalog.entries() or Path(wanted).is_file():
            self.controls.model.select(wanted)

    def sizeHint(self) -> QSize:
        """The default window."""
        return QSize(1280, 700)

    def _connect(self) -> None:
        controls, stage, transport = self.controls, self.stage, self.stage.transport
        controls.source.chosen.connect(self.open_source)
        controls.source.refresh_wanted.connect(self._list_cameras)
        controls.source_changed.connect(lambda: self.open_source(self.live.spec))
        controls.options_changed.connect(self._options_changed)
        self.desk.loaded.connect(self._detector_loaded)
        self.desk.missing.connect(self._detector_missing)
        self.fetch.clicked.connect(lambda: self.desk.download(controls.model.current()))
        self._open.clicked.connect(controls.model.ask_file)
        stage.painted.connect(self._painted)
        stage.box_clicked.connect(self.explain)
        transport.held.connect(self.live.hold)
        transport.sought.connect(self.live.seek)
        transport.fast.connect(self.live.play_fast)
        self._paint_timer.timeout.connect(self._paint)
        self._figures_timer.timeout.connect(self._refresh)

    # Life of the tab

    def showEvent(self, event: QShowEvent) -> None:
        """In front: run."""
        super().showEvent(event)
        if self.live.pipeline is None:
            self.open_source(self.live.spec or FIRST_SOURCE)
            self._list_cameras()
        if self.live.detector is None and not self.desk.loading:
            self.desk.load()
        self._paint_timer.start()
        self._figures_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Behind another tab: the camera is let go and a file waits, unless something is being recorded."""
        super().hideEvent(event)
        self._paint_timer.stop()
        self._figures_timer.stop()
        pipeline = self.live.pipeline
        if pipeline is None or pipeline.recorder is not None:
            return
        if pipeline.capture.source.live:
            self.live.end()
        else:
            self.stage.transport.hold.setChecked(True)

    def stop(self) -> None:
        """End everything and wait for it."""
        self._paint_timer.stop()
        self._figures_timer.stop()
        self.live.close()

    # Sources

    def open_source(self, spec: str) -> None:
        """Show another source; the present one stays when the new one cannot be meant."""
        self._opening = None
        self.outputs.record(False)
        try:
            self.live.start(spec, self.controls.camera.wanted(), self.controls.options())
        except EngineError as error:
            self.context.say(error.message, error.hint)
            self.controls.source.select(self.live.spec or FIRST_SOURCE)
            return
        self.figures.reset()
        self.controls.source.select(spec)
        self.controls.source.facts.setText("Opening…")
        self.stage.clear()
        self.stage.transport.hold.setChecked(False)
        self.stage.transport.quick.setChecked(False)
        assert self.live.pipeline is not None
        self.stage.transport.show_file(not self.live.pipeline.capture.source.live)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """A detector is opened as such, everything else as a source."""
        path = paths[0]
        if path.suffix.lower() in SUFFIXES:
            self.desk.choose(str(path))
        else:
            self.open_source(str(path))
            self._opening = path

    def _remember_if_opened(self) -> None:
        """A file that nothing can be seen of is no recent one."""
        pipeline = self.live.pipeline
        if self._opening is not None and pipeline is not None and pipeline.capture.status.granted is not None:
            self.context.remember(self._opening)
            self._opening = None

    def open_image(self, image: LoadedImage) -> None:
        """A pasted picture becomes the source."""
        self.context.jobs.submit(
            lambda _: saving.save_picture(image.pixels), on_result=lambda path: self.open_source(str(path))
        )

    def _list_cameras(self) -> None:
        self.context.jobs.submit(
            lambda _: list_cameras(), lane="detection.cameras", on_result=self.controls.source.set_cameras
        )

    # Detectors

    def _detector_loaded(self, _: object) -> None:
        self.figures.waiting_text = ""
        self._options_changed()
        self.figures.refresh()

    def _detector_missing(self) -> None:
        entry = self.controls.model.entry()
        self.fetch.setEnabled(entry is not None)
        if entry is not None:
            self.fetch.setText(f"Download {entry.title} ({megabytes(entry.bytes)})")
        self.figures.waiting_text = _WANTED
        self.figures.refresh()

    # While it runs

    def _options_changed(self) -> None:
        if self.live.pipeline is not None:
            self.live.pipeline.set_options(self.controls.options())

    def _paint(self) -> None:
        pipeline = self.live.pipeline
        view = pipeline.views.take(0) if pipeline is not None else None
        if view is not None:
            self.stage.show_view(view)

    def _painted(self, captured_ns: int) -> None:
        pipeline = self.live.pipeline
        if pipeline is not None and pipeline.capture.status.state is State.PLAYING:
            pipeline.meter.painted(captured_ns)

    def _refresh(self) -> None:
        was_ended, self._ended = self._ended, self.live.ended
        if self._ended or was_ended:
            self.stage.transport.show_held(self._ended)
        self._remember_if_opened()
        self.figures.refresh()
        self.outputs.check_recorder()

    # Boxes

    def explain(self, index: int | None) -> None:
        """Tell of a box of the present picture, by its number, and of what speaks for it."""
        view = self.stage.view
        if view is None or index is None:
            return
        left, top, right, bottom = view.found.xyxy[index]
        what = f"{view.label(int(view.found.class_id[index]))} {view.found.score[index]:.2f}"
        where = f"{right - left:.0f} × {bottom - top:.0f} at ({left:.0f}, {top:.0f})"
        self.panel.add_event(f"{view.time_s:.1f} s  {what}: {where}")
        self.explaining.begin(view, index)

    def scenes(self) -> Sequence[Scene]:
        """The first start, and what is found once a detector runs."""
        return detection_scenes(self)
