from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from engine.detection import catalog
from engine.errors import DownloadFailed, InvalidModel, ModelMissing


def test_every_entry_says_what_it_is():
    assert list(catalog.entries()) == ["yolo-face", "yolox-nano", "yolox-tiny", "yolox-s"]
    for entry in list(catalog.entries().values())[1:]:
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
    assert catalog.suggestion() is None


def test_what_comes_with_the_program_is_neither_fetched_nor_imported(tmp_path):
    assert catalog.suggestion().id == "yolox-nano"
    assert catalog.download("yolo-face") == catalog.known("yolo-face").path
    with pytest.raises(InvalidModel, match="comes with the program"):
        catalog.take_in("yolo-face", tmp_path / "x.onnx")


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
