from __future__ import annotations

import time

import numpy as np
import pytest

from engine.detection.choices import Choices
from engine.detection.detector import Detector, Settings, Timing
from engine.detection.heads import HEADS
from engine.detection.numbers import Meter
from engine.detection.opening import open_detector
from engine.detection.pipeline import Pipeline
from engine.detection.runtimes import Runtime
from engine.detection.view import Options
from engine.video.capture import Capture
from engine.video.files import VideoFile
from engine.video.recording import Recorder, VideoWriter
from engine.video.streams import StreamSource
from engine.video.synthetic import SyntheticScene
from tests.engine.video.mjpeg_server import MjpegServer, number_in
from tests.engine.video.test_capture import wait_for


class FixedRuntime(Runtime):
    """Finds the same box in every picture, after a while; fails when told to."""

    name, device, input_names, output_names = "Fixed", "test", ("images",), ("out",)
    fixed_size, metadata = (96, 64), {}

    def __init__(self, wait_s: float = 0.0) -> None:
        self.wait_s, self.broken, self.runs = wait_s, False, 0

    def run(self, blob):
        if self.broken:
            raise RuntimeError("device lost")
        self.runs += 1
        time.sleep(self.wait_s)
        out = np.zeros((1, 7, 126), np.float32)
        out[0, :, 33] = [36, 28, 32, 32, 0.1, 0.2, 0.9]
        out[0, :, 90] = [70, 28, 12, 12, 0.15, 0, 0]  # weak, of another class
        return [out]


def fixed(wait_s: float = 0.0) -> Detector:
    return Detector(FixedRuntime(wait_s), HEADS["yolov8"], (96, 64), ("a", "b", "c"), 3)


def running(detector=None, options=Options(), **scene) -> Pipeline:  # noqa: B008 - frozen
    scene = {"width": 192, "height": 128, "fps": 60} | scene
    return Pipeline(Capture(SyntheticScene(**scene)), detector, options).start()


def wait_for_view(running: Pipeline, condition) -> None:
    """Take views until one is as it should be."""
    wait_for(lambda: (view := running.views.take(0.5)) is not None and condition(view), seconds=10)


@pytest.fixture
def pipeline():
    made = []

    def make(*args, **kwargs) -> Pipeline:
        made.append(running(*args, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def test_without_a_detector_the_picture_is_seen(pipeline):
    view = pipeline().views.take(5.0)
    assert len(view.found) == 0
    assert view.annotated.shape == (128, 192, 3)


def test_boxes_arrive_in_pixels_of_the_source(pipeline):
    view = pipeline(fixed()).views.take(5.0)
    np.testing.assert_allclose(view.found.xyxy, [[40, 24, 104, 88]], atol=1e-3)
    assert view.label(2) == "c"


def test_settings_act_on_the_next_frame(pipeline):
    running = pipeline(fixed())
    assert len(running.views.take(5.0).found) == 1
    running.set_options(Options(Settings(confidence=0.1)))
    wait_for_view(running, lambda view: len(view.found) == 2)
    running.set_options(Options(Settings(classes=frozenset({1}))))
    wait_for_view(running, lambda view: len(view.found) == 0)


def test_settings_act_on_a_frozen_frame(pipeline):
    running = pipeline(fixed())
    running.views.take(5.0)
    running.freeze(True)
    time.sleep(0.15)
    running.views.take(0.0)
    assert running.views.take(0.15) is None
    running.set_options(Options(Settings(confidence=0.1)))
    view = running.views.take(1.0)
    assert len(view.found) == 2
    running.freeze(False)
    wait_for_view(running, lambda later: later.index > view.index)


def test_tracks_get_numbers_and_events_are_logged(pipeline):
    running = pipeline(fixed(), Options(track=True))
    wait_for_view(running, lambda view: view.found.track_id is not None and view.found.track_id.tolist() == [1])


def test_a_covered_class_is_covered_even_when_it_is_weak_or_filtered_out(pipeline):
    options = Options(Settings(classes=frozenset({2})), private=frozenset({0}), privacy="fill")
    view = pipeline(fixed(), options).views.take(5.0)
    assert set(view.found.class_id.tolist()) == {2}
    assert view.clean[46:66, 130:150].std(axis=(0, 1)).max() == 0


def test_a_failing_device_stops_detection_but_not_the_picture(pipeline):
    running = pipeline(detector := fixed())
    running.views.take(5.0)
    detector.runtime.broken = True
    wait_for(lambda: running.error is not None)
    assert "device lost" in running.error.message
    after = running.views.take(1.0)
    running.set_detector(fixed())
    wait_for_view(running, lambda view: len(view.found) == 1 and view.index > after.index)


def test_a_file_is_detected_frame_by_frame_without_loss():
    scene = SyntheticScene(96, 64, live=False, frames=40)
    running = Pipeline(Capture(scene, own_speed=False), fixed()).start()
    wait_for(lambda: len(running.results) == 40)
    running.stop()
    assert [result.index for result in running.results] == list(range(40))


def test_a_recording_lasts_as_long_as_the_scene(tmp_path):
    running = Pipeline(Capture(SyntheticScene(96, 64, fps=30, live=False, frames=30), own_speed=False), fixed())
    running.record(Recorder(VideoWriter(tmp_path / "r.mkv", fps=30), lossless=True))
    running.start()
    wait_for(lambda: len(running.results) == 30)
    recorded = running.stop()
    assert recorded.seconds == pytest.approx(1.0, abs=0.05)
    source = VideoFile(tmp_path / "r.mkv")
    assert source.open().frames == 30
    source.close()


@pytest.mark.slow
def test_with_slow_inference_the_shown_frame_is_never_older_than_one_inference_and_two_frames():
    with MjpegServer(fps=30) as server:
        running = Pipeline(Capture(StreamSource(server.address)), fixed(wait_s=0.3)).start()
        assert running.views.take(10.0) is not None  # the first picture is as old as connecting took
        ages = []
        end = time.perf_counter() + 3
        while time.perf_counter() < end:
            view = running.views.take(1.0)
            ages.append(time.perf_counter() - server.sent_at[number_in(view.clean)])
        running.stop()
    assert len(ages) > 5
    assert np.median(ages) < 0.3 + 2 / 30
    assert max(ages) < 0.3 + 2 / 30 + 0.1, "with an allowance for a busy machine"
    assert running.capture.status.dropped > 30


def test_numbers_are_those_of_what_happened(monkeypatch):
    meter = Meter()
    now = [100.0]
    monkeypatch.setattr("engine.detection.numbers.time.perf_counter", lambda: now[0])
    monkeypatch.setattr("engine.detection.numbers.time.perf_counter_ns", lambda: int(now[0] * 1e9))
    for n in range(20):
        now[0] += 0.1
        meter.detected(Timing(1, 20, 4), {0: 2, 5: n % 2}, n / 10)
        meter.painted(int((now[0] - 0.04) * 1e9))
    numbers = meter.numbers(dropped=3)
    assert numbers.done_fps == pytest.approx(10)
    assert numbers.possible_fps == pytest.approx(40)
    assert numbers.latency_p50_ms == pytest.approx(40, abs=0.01)
    assert numbers.dropped == 3
    times, counts = meter.history()[5]
    assert len(times) == 20
    assert counts.sum() == 10


def test_nothing_leaks_over_many_starts():
    import threading

    import psutil

    process = psutil.Process()
    before = (threading.active_count(), process.num_fds() if hasattr(process, "num_fds") else 0)
    for _ in range(10):
        running = Pipeline(Capture(SyntheticScene(96, 64)), fixed()).start()
        running.views.take(1.0)
        running.stop()
        del running  # and with it the file its results were kept in
    after = (threading.active_count(), process.num_fds() if hasattr(process, "num_fds") else 0)
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)  # others may have closed


def test_the_scene_of_the_first_start_shows_things_a_real_detector_finds(shared):
    scene = SyntheticScene()
    scene.open()
    detector = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))
    found = detector.detect(scene.draw(30))
    assert {"person", "cat", "cup"} <= {detector.label(int(c)) for c in found.class_id}
