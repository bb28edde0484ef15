from __future__ import annotations

import time

import numpy as np
import pytest

from engine.video import capture as capturing
from engine.video.capture import Capture, State
from engine.video.source import Granted, Source, SourceLost, SourceUnavailable
from engine.video.synthetic import SyntheticScene


class Scripted(Source):
    """Delivers numbered pictures; `script` maps a read's number to an error to raise instead."""

    def __init__(self, script=None, live=True, frames=None, step_s=0.0, size=lambda n: (48, 64)) -> None:
        super().__init__("scripted")
        self.live, self.seekable = live, not live
        self.script, self.frames, self.step_s, self.size = script or {}, frames, step_s, size
        self.reads = self.opens = self.closes = self.position = 0
        self.fail_open = 0

    def open(self) -> Granted:
        self.opens += 1
        if self.fail_open:
            self.fail_open -= 1
            raise SourceLost("scripted is busy.")
        self.position = 0
        return Granted(64, 48, 10.0, frames=self.frames)

    def read(self):
        self.reads += 1
        if self.step_s:
            time.sleep(self.step_s)
        if error := self.script.get(self.reads):
            raise error
        if self.frames is not None and self.position >= self.frames:
            return None
        self.position += 1
        height, width = self.size(self.position)
        return np.full((height, width, 3), self.position % 256, np.uint8), (self.position - 1) / 10

    def seek(self, time_s: float) -> None:
        self.position = round(time_s * 10)

    def close(self) -> None:
        self.closes += 1


def wait_for(condition, seconds: float = 3.0) -> None:
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "waited in vain"
        time.sleep(0.005)


def everything(capture: Capture) -> list[int]:
    """First pixel of every frame until the end."""
    values = []
    while True:
        frame = capture.take(0.5)
        if frame is None:
            assert capture.finished
            return values
        values.append(int(frame.image[0, 0, 0]))


def test_a_file_loses_no_frame_even_with_a_slow_taker():
    with Capture(Scripted(live=False, frames=30), own_speed=False) as capture:
        values = []
        while (frame := capture.take(0.5)) is not None:
            values.append(int(frame.image[0, 0, 0]))
            time.sleep(0.003)
    assert values == list(range(1, 31))
    assert capture.status.dropped == 0


def test_what_waits_at_the_end_of_an_endless_read_is_still_handed_out():
    source = Scripted(live=False, frames=5)
    source.seekable = False
    with Capture(source, own_speed=False) as capture:
        wait_for(lambda: source.reads >= 3)
        time.sleep(0.05)
        assert everything(capture) == [1, 2, 3, 4, 5]


def test_a_live_source_hands_out_the_newest_frame_and_counts_the_rest():
    source = Scripted(step_s=0.002)
    with Capture(source) as capture:
        wait_for(lambda: source.reads > 20)
        first = capture.take(0.5)
        wait_for(lambda: source.reads > 40)
        second = capture.take(0.5)
        assert first.index > 10
        assert second.index - first.index > 10
        assert capture.status.dropped >= 20


def test_frames_are_read_only_and_their_clock_only_moves_on():
    with Capture(Scripted(step_s=0.001)) as capture:
        frames = [capture.take(0.5) for _ in range(5)]
    times = [frame.time_s for frame in frames]
    assert times == sorted(times)
    with pytest.raises(ValueError, match="read-only"):
        frames[0].image[0, 0, 0] = 1


def test_a_file_plays_at_its_own_speed():
    with Capture(Scripted(live=False, frames=6)) as capture:  # ten frames a second
        start = time.perf_counter()
        assert len(everything(capture)) == 6
        assert time.perf_counter() - start == pytest.approx(0.5, abs=0.2)


def test_a_lost_source_is_reopened_with_growing_waits_and_comes_back(monkeypatch):
    monkeypatch.setattr(capturing, "BACK_OFF_S", (0.05, 0.1))
    source = Scripted({5: SourceLost("unplugged.")}, step_s=0.005)
    with Capture(source) as capture:
        wait_for(lambda: capture.status.state is State.LOST)
        assert "unplugged" in capture.status.message
        source.fail_open = 2
        wait_for(lambda: capture.status.state is State.PLAYING)
        assert source.opens == 4
        assert source.closes >= 3
        assert capture.status.tries == 0
        assert capture.take(1.0) is not None


def test_a_lost_source_does_not_spin():
    source = Scripted()
    source.fail_open = 10**6
    with Capture(source) as capture:
        time.sleep(0.7)
        assert capture.status.state is State.LOST
        assert source.opens <= 3


def test_a_stalled_source_is_shown_as_lost_while_its_read_still_waits(monkeypatch):
    monkeypatch.setattr(capturing, "STALL_S", 0.1)
    source = Scripted()
    original = source.read
    source.read = lambda: original() if source.reads < 3 else time.sleep(0.6) or original()
    with Capture(source) as capture:
        wait_for(lambda: capture.status.state is State.LOST, 1.0)
        assert "nothing" in capture.status.message


def test_a_hopeless_source_fails_once_with_its_reason():
    with Capture(Scripted({1: SourceUnavailable("It is no video.", "Try another.")})) as capture:
        assert capture.take(1.0) is None
        wait_for(lambda: capture.finished)
        assert capture.status.state is State.FAILED
        assert capture.status.message == "It is no video. Try another."


def test_a_drivers_surprise_becomes_a_message():
    with Capture(Scripted({2: RuntimeError("driver said no")})) as capture:
        wait_for(lambda: capture.status.state is State.FAILED)
        assert "driver said no" in capture.status.message


def test_seek_while_paused_shows_the_frame_there():
    with Capture(Scripted(live=False, frames=50)) as capture:
        assert capture.take(1.0).index == 0
        capture.pause()
        wait_for(lambda: capture.status.state is State.PAUSED)
        while capture.take(0) is not None:
            pass
        capture.seek(3.0)
        assert capture.take(1.0).image[0, 0, 0] == 31
        assert capture.take(0.15) is None
        capture.resume()
        assert capture.take(1.0).image[0, 0, 0] == 32


def test_seek_at_the_end_plays_again():
    with Capture(Scripted(live=False, frames=5), own_speed=False) as capture:
        assert everything(capture) == [1, 2, 3, 4, 5]
        capture.seek(0.3)
        wait_for(lambda: not capture.finished or capture.source.position == 5)
        assert [int(capture.take(1.0).image[0, 0, 0]) for _ in range(2)] == [4, 5]


def test_a_loop_starts_again():
    with Capture(Scripted(live=False, frames=3), own_speed=False, loop=True) as capture:
        assert [int(capture.take(1.0).image[0, 0, 0]) for _ in range(7)] == [1, 2, 3, 1, 2, 3, 1]


def test_a_black_camera_is_remarked_upon(monkeypatch):
    monkeypatch.setattr(capturing, "BLACK_FRAMES", 3)
    source = Scripted()
    source.read = lambda: time.sleep(0.005) or (np.zeros((48, 64, 3), np.uint8), 0.0)
    with Capture(source) as capture:
        wait_for(lambda: "black" in capture.status.message)
        assert capture.status.state is State.PLAYING


def test_a_change_of_size_is_passed_on():
    with Capture(Scripted(live=False, frames=4, size=lambda n: (48, 64) if n < 3 else (24, 32)), own_speed=False) as c:
        assert [c.take(1.0).size for _ in range(4)] == [(64, 48), (64, 48), (32, 24), (32, 24)]


def test_stop_is_quick_while_a_taker_and_a_full_queue_wait():
    capture = Capture(Scripted(live=False, frames=1000), own_speed=False).start()
    time.sleep(0.05)
    start = time.perf_counter()
    capture.stop()
    assert time.perf_counter() - start < 0.5
    assert capture.take(1.0) is None
    assert capture.status.state is State.STOPPED


def test_the_synthetic_scene_is_the_same_for_the_same_number_and_keeps_its_rate():
    scene, again = SyntheticScene(320, 240), SyntheticScene(320, 240)
    scene.open(), again.open()
    np.testing.assert_array_equal(scene.draw(40), again.draw(40))
    assert (scene.draw(40) != scene.draw(41)).any()
    x, y, w, h = scene.truth(40)[0]
    assert 0 <= x <= 320 - w
    assert 0 <= y <= 240 - h
    with Capture(SyntheticScene(320, 240, fps=50)) as capture:
        frames = [capture.take(1.0) for _ in range(20)]
    assert frames[-1].time_s - frames[0].time_s == pytest.approx(19 / 50, abs=0.12)
