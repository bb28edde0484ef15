"""What runs behind the Detection tab: one pipeline at a time, exchanged when the source changes."""

from __future__ import annotations

from collections.abc import Callable

from engine.detection.counting import Counters, Line, Zone
from engine.detection.detector import Detector
from engine.detection.pipeline import Pipeline
from engine.detection.view import Options
from engine.video.cameras import Format
from engine.video.capture import Capture, State
from engine.video.recording import Recorded, Recorder, VideoWriter
from engine.video.spec import open_spec
from gui.detection.saving import new_path
from gui.jobs import JobRunner


class Live:
    """Owns the pipeline. Ending one can take as long as its source's time-out, so that happens on a worker."""

    def __init__(self, jobs: JobRunner) -> None:
        self._jobs = jobs
        self._ending: list[Pipeline] = []
        self._lines: tuple[Line, ...] = ()
        self._zones: tuple[Zone, ...] = ()
        self.pipeline: Pipeline | None = None
        self.detector: Detector | None = None
        self.spec = ""

    def start(self, spec: str, wanted: Format, options: Options) -> None:
        """Show another source. Raises EngineError, leaving the present one running, when the spec names none."""
        source = open_spec(spec, wanted)
        self.end()
        if spec != self.spec:  # lines and zones are places in the picture that they were drawn on
            self._lines, self._zones = (), ()
        self.spec = spec
        self.pipeline = Pipeline(Capture(source), self.detector, options).start()
        self._count()

    def end(self, done: Callable[[Recorded | None], None] | None = None) -> None:
        """Stop what runs, without waiting for it."""
        old, self.pipeline = self.pipeline, None
        if old is None:
            return
        self._ending.append(old)
        self._jobs.submit(lambda _: self._stop(old), on_result=done)

    def close(self) -> None:
        """Stop everything and wait for it."""
        for old in (*self._ending, *([self.pipeline] if self.pipeline else ())):
            old.stop()
        self.pipeline = None

    def use(self, detector: Detector | None) -> None:
        """Detect with this from now on."""
        self.detector = detector
        if self.pipeline is not None:
            self.pipeline.set_detector(detector)

    def hold(self, held: bool) -> None:
        """Freeze the picture of a live source, pause a file."""
        if self.pipeline is None:
            return
        capture = self.pipeline.capture
        if capture.source.live:
            self.pipeline.freeze(held)
        elif not held and self.ended:
            capture.resume()
            capture.seek(0.0)
        else:
            (capture.pause if held else capture.resume)()

    @property
    def ended(self) -> bool:
        """Whether a file was played to its end."""
        return self.pipeline is not None and self.pipeline.capture.status.state is State.ENDED

    def seek(self, share: float) -> None:
        """Jump to a share (0..1) of a file."""
        granted = self.pipeline.capture.status.granted if self.pipeline is not None else None
        if self.pipeline is not None and granted is not None and granted.duration_s:
            self.pipeline.capture.seek(share * granted.duration_s)

    def play_fast(self, fast: bool) -> None:
        """Play a file as fast as possible, or at its own speed."""
        if self.pipeline is not None:
            self.pipeline.capture.set_own_speed(not fast)

    def add_line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Count crossings of a line."""
        self._lines += (Line(f"Line {len(self._lines) + 1}", start, end),)
        self._count()

    def add_zone(self, corners: tuple[tuple[float, float], ...]) -> None:
        """Count who is inside a polygon."""
        self._zones += (Zone(f"Zone {len(self._zones) + 1}", corners),)
        self._count()

    def clear_shapes(self) -> None:
        """No lines and zones any more."""
        self._lines, self._zones = (), ()
        self._count()

    def record(self, clean: bool = False) -> None:
        """Write what is shown into a new file; `clean` leaves the boxes out."""
        if self.pipeline is not None:
            status = self.pipeline.capture.status
            fps = status.granted.fps if status.granted and status.granted.fps else 30.0
            lossless = not self.pipeline.capture.source.live
            self.pipeline.record(Recorder(VideoWriter(new_path(".mkv"), fps), lossless), clean)

    def stop_recording(self, done: Callable[[Recorded | None], None]) -> None:
        """Finish the file on a worker; `done` gets what it holds."""
        if self.pipeline is not None:
            pipeline = self.pipeline
            self._jobs.submit(lambda _: pipeline.stop_recording(), title="Finishing the recording", on_result=done)

    def _count(self) -> None:
        if self.pipeline is not None:
            shapes = self._lines or self._zones
            self.pipeline.set_counters(Counters(self._lines, self._zones) if shapes else None)

    def _stop(self, old: Pipeline) -> Recorded | None:
        recorded = old.stop()
        if old in self._ending:
            self._ending.remove(old)
        return recorded
