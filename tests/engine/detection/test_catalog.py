from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from engine.detection import catalog
from engine.errors import DownloadFailed, InvalidModel, ModelMissing


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


def test_every_entry_says_what_it_is():
    assert list(catalog.entries()) == ["yolox-nano", "yolox-tiny", "yolox-s"]
    for entry in catalog.entries().values():
        assert len(entry.sha256) == 64
        assert "Apache" in entry.licence
        assert not entry.here


def test_the_address_is_formed_from_project_and_release():
    parts = urlsplit(catalog.address(catalog.known("yolox-s")))
    assert parts.scheme == "https"
    assert parts.path == "/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_s.onnx"


def test_a_download_is_verified_opened_and_not_repeated(forge):
    path = catalog.download("yolox-nano")
    assert catalog.download("yolox-nano") == path
    assert len(forge) == 1
    detector = catalog.open_named("yolox-nano")
    assert (detector.title, detector.head.name, detector.label(0)) == ("YOLOX-Nano", "yolox", "person")
    assert "Apache" in detector.licence
    assert catalog.first_here().id == "yolox-nano"


def test_a_wrong_hash_leaves_nothing(forge):
    with pytest.raises(DownloadFailed, match="SHA-256"):
        catalog.download("yolox-tiny")
    assert not catalog.known("yolox-tiny").here
    assert not list(catalog.known("yolox-tiny").path.parent.glob("*.onnx"))


def test_what_is_not_here_says_how_to_get_it():
    with pytest.raises(ModelMissing, match=r"4 MB"):
        catalog.open_named("yolox-nano")
    with pytest.raises(InvalidModel, match="no detector “yolox-huge”"):
        catalog.open_named("yolox-huge")


def test_an_installation_without_a_forge_says_so(monkeypatch):
    monkeypatch.setattr(catalog, "_NEIGHBOUR", "pluggy")
    monkeypatch.setattr(
        catalog.importlib.metadata, "metadata", lambda name: type("M", (), {"get_all": lambda s, k: None})()
    )
    with pytest.raises(DownloadFailed, match="where releases are kept"):
        catalog.address(catalog.known("yolox-s"))
