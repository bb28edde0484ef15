"""The detecting thread: takes frames from a capture, finds, follows and counts, and hands on the newest view."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.detection.counting import Counters, Event
from engine.detection.detections import Detections
from engine.detection.detector import Detector, Timing
from engine.detection.exports import FrameResult
from engine.detection.journal import Journal
from engine.detection.lanes import Lanes
from engine.detection.names import name_of
from engine.detection.numbers import Meter, Numbers
from engine.detection.tracking import Tracker, TrackSettings
from engine.detection.trimming import Fitting
from engine.detection.view import Options, View
from engine.errors import EngineError
from engine.jobs import LatestSlot
from engine.video.capture import Capture
from engine.video.frame import Frame
from engine.video.recording import Recorded, Recorder

_Outcome = tuple[Detections, Timing] | None  # None without a detector

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class _Work:
    """One frame on its way, with what was in force when it was taken."""

    frame: Frame
    detector: Detector | None
    options: Options
    again: bool = False  # a frame that stands still, detected anew after a change of settings


class Pipeline:
    """Runs from `start` to `stop`; everything else may be called from any thread while it runs.

    Without a detector the frames pass through, so that a picture is seen while a model loads.
    """

    def __init__(self, capture: Capture, detector: Detector | None = None, options: Options = Options()) -> None:  # noqa: B008
        self.capture = capture
        self.meter = Meter()
        self.views: LatestSlot[View] = LatestSlot()
        self.events: deque[Event] = deque(maxlen=10_000)
        self.results = Journal()  # everything found so far, for export
        self.error: EngineError | None = None  # why detection stopped, while the picture goes on
        self._lock = threading.Lock()
        self._detector = detector
        self._options = options
        self._counters: Counters | None = None
        self._recorder: Recorder | None = None
        self._record_clean = False
        self._tracker = Tracker()
        self._fitting = Fitting()
        self._frozen = False
        self._fresh = threading.Event()  # something changed that an unchanged frame should show
        self._stopping = threading.Event()
        self._last: Frame | None = None
        self._thread = threading.Thread(target=self._run, name="detecting", daemon=True)

    def start(self) -> Pipeline:
        """Begin, the capture included."""
        self.capture.start()
        self._thread.start()
        return self

    def stop(self) -> Recorded | None:
        """End capture, detection and recording, and join their threads; what was recorded."""
        self._stopping.set()
        self.capture.stop()
        if self._thread.is_alive():
            self._thread.join(5.0)
        self.views.close()
        return self.stop_recording()

    @property
    def options(self) -> Options:
        """What is in force."""
        return self._options

    def set_options(self, options: Options) -> None:
        """Change settings; the next frame uses them, and so does a frame that stands still."""
        self._options = options
        self._fresh.set()

    def set_detector(self, detector: Detector | None) -> None:
        """Change the model while the picture runs."""
        with self._lock:
            self._detector, self.error = detector, None
            self._tracker = Tracker()
        self._fresh.set()

    def set_counters(self, counters: Counters | None) -> None:
        """Change lines and zones; their counts begin anew."""
        with self._lock:
            self._counters = counters
        self._fresh.set()

    @property
    def detector(self) -> Detector | None:
        """The detector in use."""
        return self._detector

    def label(self, class_id: int) -> str:
        """Name of a class of the detector in use."""
        detector = self._detector
        return detector.label(class_id) if detector is not None else name_of((), class_id)

    @property
    def counters(self) -> Counters | None:
        """Lines and zones with their counts."""
        return self._counters

    def freeze(self, frozen: bool) -> None:
        """Hold the picture; settings still act on it."""
        self._frozen = frozen

    def record(self, recorder: Recorder, clean: bool = False) -> None:
        """Send every view from now on to a recorder; `clean` leaves out what is drawn."""
        self.stop_recording()
        with self._lock:
            self._recorder, self._record_clean = recorder, clean

    def stop_recording(self) -> Recorded | None:
        """Finish the recording, if there is one."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
        return recorder.close() if recorder is not None else None

    @property
    def recorder(self) -> Recorder | None:
        """The recorder at work."""
        return self._recorder

    @property
    def finished(self) -> bool:
        """Whether no frame will come any more and the last one is done."""
        return not self._thread.is_alive()

    def numbers(self) -> Numbers:
        """Figures of the last seconds."""
        return self.meter.numbers(self.capture.status.dropped)

    def _run(self) -> None:
        lanes: Lanes[_Work, _Outcome] = Lanes(1)
        while not self._stopping.is_set():
            if lanes.count != self._lanes_wanted() and not len(lanes):
                lanes.close()
                lanes = Lanes(self._lanes_wanted())
            frame = None
            if not self._frozen and lanes.count == self._lanes_wanted():
                frame = self.capture.take(0 if len(lanes) else _POLL_S)
            if frame is not None:
                self._fresh.clear()
                self._last = frame
                lanes.give(_Work(frame, self._ready(frame), self._options), _detect)
            if len(lanes) and (lanes.full or frame is None):
                self._show(*lanes.take())
            elif frame is None and self._last is not None and self._fresh.is_set():
                self._fresh.clear()
                work = _Work(self._last, self._ready(self._last), self._options, again=True)
                lanes.give(work, _detect)
                self._show(*lanes.take())
            elif frame is None and (self._frozen or self.capture.finished):
                self._fresh.wait(_POLL_S)
        lanes.close()

    def _ready(self, frame: Frame) -> Detector | None:
        """The detector to use for a frame; it also decides who gets the cores."""
        detector = self._detector if self.error is None else None
        if detector is None:
            return None
        if cv2.getNumThreads() != detector.runtime.opencv_threads:
            cv2.setNumThreads(detector.runtime.opencv_threads)
        return self._fitting(detector, frame.size) if self.capture.source.steady else detector

    def _lanes_wanted(self) -> int:
        """Files that are read as fast as possible are detected several frames at a time."""
        detector = self._detector
        return detector.runtime.lanes if detector is not None and self.capture.hurried else 1

    def _show(self, work: _Work, outcome: Future[_Outcome]) -> None:
        with self._lock:
            counters, tracker, recorder = self._counters, self._tracker, self._recorder
        try:
            found = outcome.result()
        except Exception as error:  # a driver's failure stops detection, not the picture
            self.error = EngineError(f"Detection stopped: {str(error)[:200]}", "Choose another model or device.")
            found = None
        view = self._view(work, found, counters, tracker)
        if not work.again:
            self.results.append(FrameResult(view.index, view.time_s, view.size, view.found))
            if recorder is not None:
                recorder.write(view.clean if self._record_clean else view.annotated, view.time_s)
        self.views.put(view)

    def _view(self, work: _Work, outcome: _Outcome, counters: Counters | None, tracker: Tracker) -> View:
        frame, options, detector = work.frame, work.options, work.detector
        if outcome is None or detector is None:
            # Who is to be covered is not known now, so everything is.
            everything = np.array([[0, 0, *frame.size]] if options.private else [], np.float32).reshape(-1, 4)
            return View(frame, Detections.none(), everything, options, self.label, counters=counters)
        found, timing = outcome
        covered = found.xyxy[np.isin(found.class_id, list(options.private))]
        if options.track and not work.again:
            found = follow(tracker, found, frame.time_s, options.settings.confidence)
            if counters is not None:
                self.events.extend(counters.update(found, frame.time_s))
        if options.settings.classes is not None:
            found = found[np.isin(found.class_id, list(options.settings.classes))]
        if found.track_id is None:
            found = found[found.score >= options.settings.confidence]
        self.meter.detected(timing, found.counts(), frame.time_s)
        trails = tracker.trails() if options.track else None
        return View(frame, found, covered, options, detector.label, timing, trails, counters)


def _detect(work: _Work) -> _Outcome:
    return None if work.detector is None else find(work.detector, work.frame.image, work.options)


def find(detector: Detector, image: np.ndarray, options: Options) -> tuple[Detections, Timing]:
    """Boxes of every class that is shown or covered, with the weak ones if tracks are to be continued by them."""
    settings = options.settings
    classes = settings.classes | options.private if settings.classes is not None else None
    low = least_score(settings.confidence) if options.track or options.private else settings.confidence
    return detector.timed(image, replace(settings, classes=classes, confidence=low))


def least_score(confidence: float) -> float:
    """Score from which a box may continue a track: somewhat below what is asked for, never noise."""
    return min(max(0.6 * confidence, TrackSettings().low), confidence)


def follow(tracker: Tracker, found: Detections, time_s: float, confidence: float) -> Detections:
    """Boxes with track ids: the confident ones, and weak ones that continue a track."""
    tracker.settings = replace(tracker.settings, high=confidence, low=least_score(confidence))
    tracked = tracker.update(found, time_s)
    assert tracked.track_id is not None
    return tracked[(tracked.score >= confidence) | (tracked.track_id >= 0)]
