"""A network camera on the loopback address whose pictures carry their number, and which can misbehave."""

from __future__ import annotations

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

CELL = 16  # a bit of the number is a square of so many pixels, which survives JPEG


def numbered_picture(number: int, width: int = 320, height: int = 240) -> np.ndarray:
    """A grey picture whose top row of squares spells `number` in binary."""
    return numbered(np.full((height, width, 3), 90, np.uint8), number)


def numbered(picture: np.ndarray, number: int) -> np.ndarray:
    """The picture with `number` written into its top row of squares."""
    for bit in range(16):
        picture[:CELL, bit * CELL : (bit + 1) * CELL] = 255 if number >> bit & 1 else 0
    return picture


def encoded(picture: np.ndarray) -> bytes:
    """As JPEG."""
    return cv2.imencode(".jpg", picture)[1].tobytes()


def number_in(picture: np.ndarray) -> int:
    """The number spelled in a picture of `numbered_picture`."""
    middle = picture[CELL // 2, CELL // 2 : 16 * CELL : CELL].mean(axis=-1)
    return int(sum(1 << bit for bit, value in enumerate(middle) if value > 128))


class MjpegServer:
    """Serves MJPEG at `fps`. `fault(number)` names what to do at a picture: "stall", "reset", "half" or "".

    film: JPEGs shown over and over, each with its place in the film as its number, instead of grey pictures.
    """

    def __init__(
        self, fps: float = 30.0, fault=lambda number: "", lengths: bool = True, size=(320, 240), film: tuple = ()
    ) -> None:
        self.fps, self.fault, self.lengths, self.size, self.film = fps, fault, lengths, size, film
        self.sent_at: dict[int, float] = {}
        self.connections = 0
        self.stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.connections += 1
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                with contextlib.suppress(OSError):  # the reader went away
                    outer.stream(self.wfile)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.number = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def stream(self, wire) -> None:
        due = time.perf_counter()
        while not self.stopping.is_set():
            self.number += 1
            number = self.number % (len(self.film) or 1 << 16)
            what = self.fault(number)
            if what == "stall":
                self.stopping.wait(30)
                return
            if what == "reset":
                return
            data = self.film[number] if self.film else encoded(numbered_picture(number, *self.size))
            if what == "half":
                data = data[: len(data) // 2]
            head = f"Content-Length: {len(data)}\r\n" if self.lengths else ""
            self.sent_at[number] = time.perf_counter()
            wire.write(f"--frame\r\nContent-Type: image/jpeg\r\n{head}\r\n".encode() + data + b"\r\n")
            wire.flush()
            due += 1 / self.fps
            self.stopping.wait(max(due - time.perf_counter(), 0))

    def __enter__(self) -> MjpegServer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
