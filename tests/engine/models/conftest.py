"""A server whose misbehaviour a test chooses, and a small network standing in for a catalog model."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Site:
    """What the server sends and how; `seen` are the request headers it got."""

    content: bytes = b""
    mode: str = "whole"  # or "cut", "stall", "html", "error", "no-range", "slow"
    etag: str = '"v1"'
    seen: list[dict[str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    """An HTTP server on a free loopback port."""
    state = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            state.seen.append(dict(self.headers))
            if state.mode == "error":
                self.send_error(503)
                return
            body, start = state.content, 0
            if state.mode == "html":
                body = b"<!DOCTYPE html><html>Please log in</html>"
            asked = self.headers.get("Range")
            resumes = asked and state.mode != "no-range" and self.headers.get("If-Range") == state.etag
            if resumes:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if resumes else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", state.etag)
            self.end_headers()
            if state.mode in ("cut", "stall"):
                self.wfile.write(body[start : start + len(body) // 2])
                self.wfile.flush()
                if state.mode == "stall":
                    state.release.wait(10)
            elif state.mode == "slow":
                for offset in range(start, len(body), 1000):
                    self.wfile.write(body[offset : offset + 1000])
                    if state.release.wait(0.01):
                        return
            else:
                self.wfile.write(body[start:])

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *arguments: object) -> None:
            pass  # a client that goes away is part of these tests

    server = Quiet(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/weights.h5"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    state.release.set()
    server.shutdown()
    server.server_close()
    thread.join()
