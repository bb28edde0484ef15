"""Streams that OpenCV's FFmpeg reads: RTSP, RTMP, recordings behind an address."""

from __future__ import annotations

import time

import cv2
import numpy as np

from engine.video import patience
from engine.video.cameras import granted
from engine.video.frame import rgb_from_bgr
from engine.video.source import Granted, SourceLost, Ticker


class FfmpegReader:
    """A stream OpenCV's FFmpeg reads; recordings behind an address play at their own speed and end."""

    def __init__(self, address: str, name: str) -> None:
        self.skipped = 0
        waits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            int(patience.CONNECT_S * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            int(patience.SILENCE_S * 1000),
            # Several decoding threads work on as many frames at once, each of which makes the picture a frame older.
            cv2.CAP_PROP_N_THREADS,
            1,
        ]
        self._capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, waits)
        if not self._capture.isOpened():
            self._capture.release()
            raise SourceLost(f"{name} does not answer or sends no video.", "Check the address.")
        self._start = time.perf_counter()
        frames = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._granted = granted(self._capture, frames if frames > 0 else None)
        self._ticker = Ticker(self._granted.fps or 25.0) if self._granted.frames else None

    def granted(self) -> Granted:
        """What the stream says about itself."""
        return self._granted

    def read(self) -> tuple[np.ndarray, float] | None:
        """The next picture; None at the end of a recording. Raises OSError when a live stream ends."""
        if self._ticker is not None:
            self._ticker.wait()
        began = time.perf_counter()
        ok, picture = self._capture.read()
        if self._ticker is None and time.perf_counter() - began >= patience.SILENCE_S:
            raise TimeoutError  # also with a picture: the wire is silent, and the decoder gives up its last ones
        if ok:
            return rgb_from_bgr(picture), time.perf_counter() - self._start
        if self._ticker is not None:
            return None
        raise OSError("the server ended the connection")

    def interrupt(self) -> None:
        """Nothing wakes FFmpeg, which ends a waiting `read` by its own time-out."""

    def close(self) -> None:
        self._capture.release()
