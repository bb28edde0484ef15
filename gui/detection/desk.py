"""Opening and fetching detectors for the Detection tab; the last good one runs on until the next is ready."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.detection import catalog, runtimes
from engine.detection.choices import Choices
from engine.detection.detector import Detector
from engine.jobs import Job
from gui.context import AppContext
from gui.detection.controls import Controls
from gui.detection.live import Live


class DetectorDesk(QObject):
    """Turns what is chosen on the left into the detector of the running pipeline."""

    loaded = Signal(object)  # the Detector now in use
    missing = Signal()  # the chosen one is not on this machine

    def __init__(self, context: AppContext, controls: Controls, live: Live) -> None:
        super().__init__(controls)
        self._context, self._controls, self._live = context, controls, live
        self.loading = False
        controls.model.chosen.connect(self.choose)
        controls.model.download_wanted.connect(self.download)
        controls.model_changed.connect(self.load)

    def choose(self, reference: str) -> None:
        """Another id or file: what was set for the last one starts over."""
        self._controls.model.select(reference)
        self._controls.model_chosen()
        self.load()

    def load(self) -> None:
        """Open the chosen detector."""
        name, choices = self._controls.model.current(), self._controls.choices()
        if self._controls.model.missing():
            self._context.jobs.cancel_lane("detection.model")
            self.loading = False
            self._live.use(None)
            self.missing.emit()
            return
        self.loading = True
        self._context.jobs.submit(
            lambda job: _open(name, choices, job),
            title="Loading the detector",
            lane="detection.model",
            on_result=self._ready,
            on_error=self._failed,
        )

    def download(self, detector_id: str) -> None:
        """Fetch a detector of the catalog, then use it."""
        self._context.jobs.submit(
            lambda job: catalog.download(detector_id, job),
            title=f"Downloading {detector_id}",
            lane=f"download.{detector_id}",
            on_result=lambda _: self.choose(detector_id),
        )

    def _ready(self, opened: tuple[Detector, list[str]]) -> None:
        detector, devices = opened
        self.loading = False
        self._live.use(detector)
        self._controls.offer_devices(devices)
        self._controls.describe(detector)
        self._controls.keep_choices()
        self._context.settings.put("detection/model", self._controls.model.current())
        self._context.settings.put("detection/files", "\n".join(self._controls.model.files()))
        self.loaded.emit(detector)

    def _failed(self, error: Exception) -> None:
        self.loading = False
        self._context.jobs.failed.emit("Loading the detector", error)
        if self._live.detector is None:
            self.missing.emit()
            return
        good = self._live.detector  # still running: show again what is in use
        in_catalog = next((entry.id for entry in catalog.entries().values() if entry.path == good.path), None)
        self._controls.model.select(in_catalog or str(good.path))
        self._controls.restore_choices()
        self._controls.describe(good)


def _open(name: str, choices: Choices, job: Job) -> tuple[Detector, list[str]]:
    """On a worker: the detector, and the devices it could run on."""
    return catalog.open_named(name, choices, job), runtimes.devices()
