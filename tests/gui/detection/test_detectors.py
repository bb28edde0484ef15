"""Choosing, loading and downloading detectors in the detection tab."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt

from engine.detection import catalog
from tests.gui.detection.helpers import of_head

pytestmark = pytest.mark.slow


def test_a_device_besides_the_processor_can_be_chosen(tab):
    controls = tab.controls
    before = controls.runtime.count()
    controls.offer_devices(["CPU"])
    assert controls.runtime.count() == before
    for _ in range(2):
        controls.offer_devices(["OpenVINO", "CPU"])
    titles = [controls.runtime.itemText(i) for i in range(before, controls.runtime.count())]
    assert titles == ["ONNX Runtime on OpenVINO", "ONNX Runtime on CPU"]
    assert (controls.choices().runtime, controls.choices().device) == ("onnxruntime", "")
    controls.runtime.setCurrentIndex(before)
    assert (controls.choices().runtime, controls.choices().device) == ("onnxruntime", "OpenVINO")


def test_a_real_detector_finds_the_cat(tab, qtbot, shared):
    tab.open_paths([shared / "models" / "darknet" / "yolo-fastest-1.1-xl.cfg"])
    qtbot.waitUntil(lambda: of_head(tab, "darknet"), timeout=10_000)
    assert tab.live.detector.label(0) == "class 0"
    assert tab.controls.coco.isVisibleTo(tab.controls.advanced.body), "the names can be given with one click"
    tab.controls.coco.click()
    qtbot.waitUntil(lambda: tab.live.detector.labels != (), timeout=10_000)
    names = {"cat", "person"}

    def seen():
        view = tab.stage.view
        return names <= {view.label(int(c)) for c in view.found.class_id}

    qtbot.waitUntil(seen, timeout=10_000)
    qtbot.waitUntil(lambda: "cat" in tab.panel.counts.accessibleDescription())
    assert "Darknet YOLO head, 320 × 320, 80 classes" in tab.controls.model.about.text()
    assert "ONNX Runtime on CPU" in tab.panel.numbers._device.text()


def test_a_broken_model_file_leaves_the_good_one_at_work(detecting, window, qtbot, tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    good = detecting.live.detector
    window.open_paths([tmp_path / "bad.onnx"])
    qtbot.waitUntil(lambda: "bad.onnx" in window.banner.text())
    assert detecting.live.detector is good
    assert len(detecting.stage.view.found) == 1


def test_a_way_to_open_it_that_fails_is_taken_back(tab, window, qtbot):
    qtbot.waitUntil(lambda: tab.live.detector is not None, timeout=20_000)
    good, head = tab.live.detector, tab.controls.head
    head.setCurrentIndex(head.findData("yolov8"))
    tab.controls.model_changed.emit()
    qtbot.waitUntil(lambda: "do not fit" in window.banner.text(), timeout=10_000)
    assert tab.live.detector is good
    assert head.currentIndex() == 0
    tab.controls.input_size.setCurrentText("416")
    tab.controls.model_changed.emit()
    qtbot.waitUntil(lambda: tab.live.detector is not good, timeout=10_000)


def test_a_download_is_offered_done_and_used(tab, window, qtbot, shared, monkeypatch):
    entry = catalog.known("yolox-nano")

    def fetched(detector_id, job):
        entry.path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "models/yolox/yolox_nano.onnx", entry.path)
        return entry.path

    monkeypatch.setattr(catalog, "download", fetched)
    qtbot.mouseClick(tab.controls.model.fetch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: of_head(tab, "yolox") and len(tab.stage.view.found) > 0, timeout=10_000)
    assert not tab.stage.picture.notice.isVisible()
    assert tab.controls.model.box.currentText() == "YOLOX-Nano"
    assert window.settings.text("detection/model") == "yolox-nano"
    assert not tab.controls.model.fetch.isVisible()


def test_a_detector_that_is_not_here_is_asked_for_over_the_picture(tab, qtbot):
    tab.desk.choose("yolox-tiny")
    notice = tab.stage.picture.notice
    qtbot.waitUntil(notice.isVisible)
    assert "detector is needed" in notice.text.text()
    assert tab.fetch.text() == "Download YOLOX-Tiny (20.2 MB)"
    assert tab.controls.model.fetch.text() == "Download YOLOX-Tiny (20.2 MB)"
    tab.figures.refresh()
    assert tab.panel.counts._rows == []
    assert tab.panel.numbers._values["infer"].text() == "–"
