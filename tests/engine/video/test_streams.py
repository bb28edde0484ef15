from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.video import capture as capturing
from engine.video import streams
from engine.video.capture import Capture, State
from engine.video.multipart import Parts
from engine.video.source import SourceLost
from engine.video.streams import StreamSource
from tests.engine.video.mjpeg_server import MjpegServer, number_in
from tests.engine.video.test_capture import wait_for


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.integers(1, 7), st.booleans())
def test_parts_come_out_whole_however_the_bytes_are_cut(bodies, step, lengths):
    wire = b""
    for body in bodies:
        head = b"Content-Length: %d\r\n" % len(body) if lengths else b"X-Nothing: 1\r\n"
        wire += b"--mark\r\n" + head + b"\r\n" + body + b"\r\n"
    wire += b"--mark"
    parts, found = Parts("mark"), []
    for start in range(0, len(wire), step):
        found += parts.feed(wire[start : start + step])
    assert [part if lengths else part.removesuffix(b"\r\n") for part in found] == bodies


@pytest.mark.parametrize("lengths", [True, False])
def test_pictures_arrive_in_order_and_young(lengths):
    with MjpegServer(fps=60, lengths=lengths) as server, Capture(StreamSource(server.address)) as capture:
        numbers, ages = [], []
        for _ in range(30):
            number = number_in(capture.take(2.0).image)
            numbers.append(number)
            ages.append(time.perf_counter() - server.sent_at[number])
        assert capture.status.granted.width == 320
    assert numbers == sorted(set(numbers))
    assert sorted(ages)[15] < 0.05


def test_a_slow_taker_gets_fresh_pictures_from_a_fast_server():
    with MjpegServer(fps=200) as server, Capture(StreamSource(server.address)) as capture:
        capture.take(2.0)
        ages = []
        for _ in range(6):
            time.sleep(0.1)
            number = number_in(capture.take(2.0).image)
            ages.append(time.perf_counter() - server.sent_at[number])
        assert max(ages) < 0.15
        assert capture.status.dropped > 20


def test_half_a_jpeg_is_left_out():
    odd_ones_are_cut = MjpegServer(fps=100, fault=lambda n: "half" if n % 2 else "")
    with odd_ones_are_cut as server, Capture(StreamSource(server.address)) as capture:
        numbers = [number_in(capture.take(2.0).image) for _ in range(6)]
        assert capture.status.dropped >= 5
    assert all(number % 2 == 0 for number in numbers)


def test_a_reset_connection_comes_back(monkeypatch):
    monkeypatch.setattr(capturing, "BACK_OFF_S", (0.05,))
    resetting = MjpegServer(fps=100, fault=lambda n: "reset" if n == 5 else "")
    with resetting as server, Capture(StreamSource(server.address)) as capture:
        wait_for(lambda: server.connections == 2)
        wait_for(lambda: (frame := capture.take(1.0)) is not None and number_in(frame.image) > 6)


def test_a_stalling_server_is_lost_and_stop_does_not_wait_for_it(monkeypatch):
    monkeypatch.setattr(streams, "SILENCE_S", 0.2)
    with MjpegServer(fps=100, fault=lambda n: "stall" if n % 4 == 0 else "") as server:
        with Capture(StreamSource(server.address)) as capture:
            wait_for(lambda: capture.status.state is State.LOST)
            assert "nothing for" in capture.status.message
        monkeypatch.setattr(streams, "SILENCE_S", 30.0)
        server.number = 0
        capture = Capture(StreamSource(server.address)).start()
        wait_for(lambda: capture.status.delivered >= 1)
        time.sleep(0.1)
        start = time.perf_counter()
        capture.stop()
        assert time.perf_counter() - start < 1.0


def test_nobody_listening_is_lost():
    with MjpegServer() as server:
        address = server.address
    with pytest.raises(SourceLost, match="does not answer"):
        StreamSource(address).open()
