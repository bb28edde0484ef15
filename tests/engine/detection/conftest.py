from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.detection import catalog


@pytest.fixture
def forge(monkeypatch, shared):
    """A release server on the loopback address that has every file, all of them YOLOX-Nano."""
    content = (shared / "models/yolox/yolox_nano.onnx").read_bytes()
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv(catalog.FORGE_VARIABLE, f"http://127.0.0.1:{server.server_address[1]}/")
    table = {
        name: replace(entry, sha256=hashlib.sha256(content).hexdigest() if name == "yolox-nano" else entry.sha256)
        for name, entry in catalog.entries().items()
    }
    monkeypatch.setattr(catalog, "entries", lambda: table)
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()
