"""MJPEG over HTTP, as most network cameras offer it: the newest whole picture, and nothing that is out of date."""

from __future__ import annotations

import base64
import contextlib
import http.client
import select
import socket
import time
from email.message import Message
from urllib.parse import unquote, urljoin, urlsplit

import cv2
import numpy as np

from engine.video import patience
from engine.video.frame import rgb_from_bgr
from engine.video.multipart import Parts
from engine.video.source import Granted, SourceUnavailable

_CHUNK = 1 << 18
_REDIRECTS = 5
_BACKLOG = 300  # pictures: ten seconds of a camera; a server quicker than the reading must not hold it for ever


def shown_address(address: str) -> str:
    """The address without a password in it, fit for the screen and the log."""
    parts = urlsplit(address)
    return address if parts.password is None else address.replace(f":{parts.password}@", ":***@", 1)


class MjpegReader:
    """A camera that sends JPEG after JPEG in one HTTP answer; what is out of date is skipped before decoding."""

    def __init__(self, connection: http.client.HTTPConnection, sock: socket.socket, stream, parts: Parts) -> None:  # type: ignore[no-untyped-def]
        self._connection, self._socket, self._stream, self._parts = connection, sock, stream, parts
        self._first: tuple[np.ndarray, float] | None = None
        self._start = time.perf_counter()
        self.skipped = 0

    @classmethod
    def connect(cls, address: str) -> MjpegReader | None:
        """A reader if the server answers with MJPEG, None if with something else; raises OSError if with nothing."""
        for _ in range(_REDIRECTS):
            connection, sock, answer = _get(address)
            if answer.status in (301, 302, 303, 307, 308):
                address = urljoin(address, answer.headers.get("Location", ""))
                connection.close()
                continue
            if answer.status in (401, 403):
                answer.close()
                raise SourceUnavailable(
                    f"{shown_address(address)} asks for a password.", "Write it as http://name:password@camera/."
                )
            if answer.status != 200:
                answer.close()
                raise OSError(f"it says {answer.status} {answer.reason}")
            boundary = _boundary(answer.headers)
            if boundary is None:
                answer.close()
                connection.close()
                return None
            sock.settimeout(patience.SILENCE_S)
            return cls(connection, sock, answer, Parts(boundary))
        raise OSError(f"it redirects more than {_REDIRECTS} times")

    def granted(self) -> Granted:
        """Size of the first picture; the rate is not announced by such streams."""
        self._first = self.read()
        height, width = self._first[0].shape[:2]
        return Granted(width, height, 0.0, "MJPG", "HTTP")

    def read(self) -> tuple[np.ndarray, float]:
        """The newest whole picture that has arrived. Raises OSError when the server ends or falls silent."""
        if self._first is not None:
            answer, self._first = self._first, None
            return answer
        # A server that keeps sending what is no picture must count as silent too.
        deadline = time.perf_counter() + patience.SILENCE_S
        while time.perf_counter() < deadline:
            parts = self._arrived()
            for part in reversed(parts):
                picture = _decode_whole(part)
                if picture is not None:
                    self.skipped += len(parts) - 1
                    return rgb_from_bgr(picture), time.perf_counter() - self._start
            self.skipped += len(parts)
        raise TimeoutError

    def _arrived(self) -> list[bytes]:
        """Every part that is here, waiting for bytes once; on a busy machine the system may hold seconds of them."""
        parts: list[bytes] = []
        while True:
            data = self._stream.read1(_CHUNK)
            if not data and not parts:
                raise OSError("the server ended the connection")
            parts += self._parts.feed(data)
            if not data or len(parts) >= _BACKLOG or not select.select([self._socket], [], [], 0)[0]:
                return parts

    def interrupt(self) -> None:
        """End a waiting `read` at once."""
        with contextlib.suppress(OSError):  # it has ended by itself
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._stream.close()
        self._connection.close()
        self._socket.close()


def _get(address: str) -> tuple[http.client.HTTPConnection, socket.socket, http.client.HTTPResponse]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=patience.CONNECT_S)
    connection.connect()
    sock = connection.sock  # http.client forgets it once the answer says that it ends with the connection
    headers = {"Accept": "multipart/x-mixed-replace, */*"}
    if parts.username:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(secret).decode()
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers)
        return connection, sock, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def _boundary(headers: Message) -> str | None:
    """The mark between parts, None if the answer is not MJPEG; some cameras forget to name it."""
    if headers.get_content_maintype() != "multipart":
        return None
    return headers.get_boundary() or "--"


def _decode_whole(part: bytes) -> np.ndarray | None:
    """BGR picture, None for half a JPEG, which OpenCV would fill with grey."""
    body = part.rstrip(b"\r\n\0")
    if not body.startswith(b"\xff\xd8") or not body.endswith(b"\xff\xd9"):
        return None
    return cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
