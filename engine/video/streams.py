"""Network streams: MJPEG over HTTP with a reader of our own, everything else through OpenCV's FFmpeg."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import numpy as np

from engine.errors import EngineError, InvalidSetting
from engine.video import patience
from engine.video.apart import Apart
from engine.video.ffmpeg import FfmpegReader
from engine.video.mjpeg import MjpegReader, shown_address
from engine.video.source import Granted, Source, SourceLost

SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "srt", "rtp", "udp", "tcp", "mms", "mmsh")


class StreamSource(Source):
    """An `rtsp://`, `http://`, `rtmp://`... address. Only the newest picture counts; a silent server is lost."""

    def __init__(self, address: str) -> None:
        """Raises InvalidSetting for what is no address of a stream."""
        try:
            parts = urlsplit(address)
            if parts.scheme.lower() not in SCHEMES or not parts.netloc:
                raise ValueError("it does not begin with a kind of stream and a host")
            parts.port  # noqa: B018 - raises where it is no number
        except ValueError as error:
            raise InvalidSetting(
                f"“{address}” is not the address of a stream: {error}.",
                f"Write it as KIND://HOST, where the kind is one of {', '.join(SCHEMES)}.",
            ) from None
        super().__init__(shown_address(address))
        self._address = address
        self._link: Link | None = None
        self._interrupted = False

    def open(self) -> Granted:
        self.close()
        self._link = Link(self._address, self.name)
        if self._interrupted:  # while there was nothing to interrupt yet
            self._link.interrupt()
        try:
            return self._link.granted()
        except (OSError, ValueError) as error:
            self.close()
            raise self._lost(error) from error
        except EngineError:
            self.close()
            raise

    def read(self) -> tuple[np.ndarray, float] | None:
        if self._link is None:
            raise SourceLost(f"{self.name} is closed.")
        try:
            return self._link.read()
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        finally:
            self.skipped_frames = self._link.skipped

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def interrupt(self) -> None:
        self._interrupted = True
        if (link := self._link) is not None:
            link.interrupt()

    def _lost(self, error: Exception) -> SourceLost:
        silent = isinstance(error, TimeoutError)
        reason = f"nothing for {patience.SILENCE_S:g} s" if silent else str(error) or "connection ended"
        return SourceLost(f"{self.name} stopped: {reason}.")


class Link:
    """One connection to an address, whose waiting can be interrupted whatever the library below does."""

    def __init__(self, address: str, name: str) -> None:
        self._address, self._name = address, name
        self._apart = Apart(f"stream {name}")
        self._reader: MjpegReader | FfmpegReader | None = None

    @property
    def skipped(self) -> int:
        """Pictures that arrived but were damaged or out of date."""
        return self._reader.skipped if self._reader is not None else 0

    def granted(self) -> Granted:
        """Connect; what the stream says about itself. Raises SourceLost, SourceUnavailable, OSError or ValueError."""
        return self._apart.call(self._connect)

    def read(self) -> tuple[np.ndarray, float] | None:
        """The next picture; None at the end of a recording. Raises OSError or ValueError."""
        assert self._reader is not None, "read before granted"
        return self._apart.call(self._reader.read)

    def interrupt(self) -> None:
        """End a waiting `granted` or `read` at once, from any thread."""
        self._apart.interrupt()
        if (reader := self._reader) is not None:
            reader.interrupt()

    def close(self) -> None:
        """Give everything back; after an interruption as soon as the library lets go."""
        self._apart.end(self._close_reader)

    def _connect(self) -> Granted:
        if urlsplit(self._address).scheme in ("http", "https"):
            try:
                self._reader = MjpegReader.connect(self._address)
            except (OSError, http.client.HTTPException) as error:
                raise SourceLost(f"{self._name} does not answer: {error}.") from error
        if self._reader is None:
            self._reader = FfmpegReader(self._address, self._name)
        return self._reader.granted()

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
