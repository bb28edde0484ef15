from __future__ import annotations

import socket
import threading
import time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.video import capture as capturing
from engine.video import patience
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
    monkeypatch.setattr(patience, "SILENCE_S", 0.2)
    with MjpegServer(fps=100, fault=lambda n: "stall" if n % 4 == 0 else "") as server:
        with Capture(StreamSource(server.address)) as capture:
            wait_for(lambda: capture.status.state is State.LOST)
            assert "nothing for" in capture.status.message
        monkeypatch.setattr(patience, "SILENCE_S", 30.0)
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


class MuteServer:
    """Takes connections and says nothing: a camera that hangs."""

    def __enter__(self) -> MuteServer:
        self.socket = socket.create_server(("127.0.0.1", 0))
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def address(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.socket.getsockname()[1]}/"


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_stop_does_not_wait_for_a_server_that_never_answers(monkeypatch, scheme):
    monkeypatch.setattr(patience, "CONNECT_S", 2.0)
    with MuteServer() as server:
        capture = Capture(StreamSource(server.address(scheme))).start()
        time.sleep(0.3)
        assert capture.status.state is State.OPENING
        start = time.perf_counter()
        capture.stop()
        assert time.perf_counter() - start < 1.0
        assert capture.status.state is State.STOPPED
        # What was left behind ends by its own time-out.
        wait_for(lambda: not any(t.name.startswith("stream ") for t in threading.enumerate()), seconds=5)


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_server_that_never_answers_is_lost_and_tried_again(monkeypatch, scheme):
    monkeypatch.setattr(patience, "CONNECT_S", 0.3)
    monkeypatch.setattr(capturing, "BACK_OFF_S", (0.05,))
    with MuteServer() as server, Capture(StreamSource(server.address(scheme))) as capture:
        wait_for(lambda: capture.status.tries >= 2)
        assert capture.status.state is State.LOST
        assert "does not answer" in capture.status.message


@pytest.fixture
def broadcast(tmp_path):
    """The bytes of an endless kind of video, as a camera sends them: MPEG transport stream."""
    path = tmp_path / "b.ts"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 25, (160, 120))
    for number in range(100):
        writer.write(np.full((120, 160, 3), number * 2, np.uint8))
    writer.release()
    return path.read_bytes()


def test_a_stream_that_falls_silent_is_lost_at_once_and_the_decoders_last_pictures_do_not_hide_it(
    monkeypatch, broadcast
):
    """FFmpeg ends its wait by handing over what the decoder still held, one picture a time-out."""
    monkeypatch.setattr(patience, "SILENCE_S", 0.5)
    wires = []

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            wires.append(wire)
            wire.recv(4096)
            wire.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + broadcast)

    with MuteServer() as server:
        thread = threading.Thread(target=serve, args=(server.socket,))
        thread.start()
        with Capture(StreamSource(server.address("http"))) as capture:
            wait_for(lambda: capture.status.state is State.LOST, seconds=10)
            assert "nothing for 0.5 s" in capture.status.message
            assert capture.status.delivered > 90
            assert capture.status.losses == 1
        server.socket.shutdown(socket.SHUT_RDWR)
        thread.join()
    for wire in wires:
        wire.close()
