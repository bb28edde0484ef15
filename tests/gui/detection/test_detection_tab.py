from __future__ import annotations

import json
import shutil
import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog

from engine import paths
from engine.detection import catalog
from engine.video import capture as capturing
from engine.video.cameras import Camera
from engine.video.capture import State
from gui.detection.tab import DetectionTab
from tests.engine.detection.test_pipeline import fixed
from tests.engine.video.mjpeg_server import MjpegServer

pytestmark = pytest.mark.slow


@pytest.fixture
def tab(window, qtbot):
    """The tab in front, with its first picture on screen."""
    tab = window.show_tab("Detection")
    assert isinstance(tab, DetectionTab)
    qtbot.waitUntil(lambda: tab.stage.view is not None, timeout=10_000)
    return tab


@pytest.fixture
def detecting(tab, qtbot):
    """The same with a detector that finds one box of class "c" in every picture."""
    qtbot.waitUntil(lambda: tab.live.detector is not None, timeout=20_000)
    tab.live.use(fixed())
    tab.desk.loaded.emit(tab.live.detector)
    tab.controls.describe(tab.live.detector)
    qtbot.waitUntil(lambda: len(tab.stage.view.found) == 1)
    return tab


def found_in(tab) -> set[str]:
    """Names of what is found in the present picture."""
    return {tab.stage.view.label(int(c)) for c in tab.stage.view.found.class_id}


def of_head(tab, name: str) -> bool:
    """Whether a detector with this head is at work."""
    return tab.live.detector is not None and tab.live.detector.head.name == name


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


def test_files_that_cannot_be_read_are_named_in_the_events(tab, qtbot, shared, tmp_path):
    photo = (shared / "photos" / "dog.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(photo)
    (tmp_path / "b.jpg").write_bytes(photo[:3000])
    tab.open_paths([tmp_path])
    qtbot.waitUntil(lambda: tab.panel.log.count() > 0 and "Left out. “b.jpg”" in tab.panel.log.item(0).text())
    tab._refresh()
    assert tab.panel.log.count() == 1


def saved(pattern: str):
    return sorted(paths.captures().glob(pattern))


def test_the_first_screen_is_alive_finds_faces_and_offers_the_next_step(tab, qtbot):
    first = tab.stage.view.index
    qtbot.waitUntil(lambda: tab.stage.view.index > first + 3)
    qtbot.waitUntil(lambda: len(tab.stage.view.found) >= 2, timeout=20_000)
    assert found_in(tab) == {"face"}
    assert not tab.stage.picture.notice.isVisible()
    assert tab.controls.model.box.currentText() == "YOLO-face"
    assert tab.controls.model.fetch.text() == "Find 80 classes: get YOLOX-Nano (3.7 MB)"
    assert not tab.controls.model.card.isHidden()
    qtbot.waitUntil(lambda: "960 x 720" in tab.controls.source.facts.text())


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
    assert "Darknet YOLO head, 320 x 320, 80 classes" in tab.controls.model.about.text()
    assert "ONNX Runtime on CPU" in tab.panel.numbers._device.text()


def test_a_broken_model_file_leaves_the_good_one_at_work(detecting, window, qtbot, tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    good = detecting.live.detector
    window.open_paths([tmp_path / "bad.onnx"])
    qtbot.waitUntil(lambda: "bad.onnx" in window.banner.text())
    assert detecting.live.detector is good
    assert len(detecting.stage.view.found) == 1


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
    assert tab.fetch.text() == "Download YOLOX-Tiny (20 MB)"
    assert tab.controls.model.fetch.text() == "Download YOLOX-Tiny (20.2 MB)"


def test_settings_act_at_once(detecting, qtbot):
    controls = detecting.controls
    controls.confidence.slider.setValue(12)
    qtbot.waitUntil(lambda: len(detecting.stage.view.found) == 2)
    controls.classes.tick([2])
    qtbot.waitUntil(lambda: detecting.stage.view.found.class_id.tolist() == [2])
    controls.mirror.setChecked(True)
    qtbot.waitUntil(lambda: detecting.stage.view.options.mirror)
    controls.private.tick([2])
    qtbot.waitUntil(lambda: detecting.stage.view.options.private == {2})


def test_the_class_list_can_be_searched(detecting):
    filter_ = detecting.controls.classes
    filter_.search.setText("B")
    assert [filter_.list.item(i).isHidden() for i in range(3)] == [True, False, True]
    assert filter_.classes() is None, "none ticked means all"


def test_hotkeys(detecting, qtbot):
    picture = detecting.stage.picture
    picture.setFocus()
    for key, box in ((Qt.Key.Key_M, detecting.controls.mirror), (Qt.Key.Key_T, detecting.controls.track)):
        qtbot.keyClick(picture, key)
        assert box.isChecked()
    qtbot.keyClick(picture, Qt.Key.Key_BracketRight)
    assert detecting.controls.confidence.value() == 0.30
    qtbot.keyClick(picture, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: detecting.stage.view.options.look.box == "corners")
    qtbot.keyClick(picture, Qt.Key.Key_Space)
    assert detecting.stage.transport.hold.isChecked()


def test_a_frozen_picture_stands_still_and_settings_still_act(detecting, qtbot):
    detecting.stage.transport.hold.setChecked(True)
    qtbot.wait(150)
    index = detecting.stage.view.index
    qtbot.wait(150)
    assert detecting.stage.view.index == index
    detecting.controls.confidence.slider.setValue(12)
    qtbot.waitUntil(lambda: len(detecting.stage.view.found) == 2)
    assert detecting.stage.view.index == index


def test_a_line_drawn_with_the_mouse_counts(detecting, qtbot):
    picture = detecting.stage.picture
    detecting.panel.counting.toggle.setChecked(True)
    detecting.panel.line_wanted.emit()
    assert detecting.controls.track.isChecked()
    for x, y in ((300, 100), (300, 600)):
        where = picture.to_widget(x, y)
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(round(where.x()), round(where.y())))
    (line,) = detecting.live.pipeline.counters.lines
    assert line.start == pytest.approx((300, 100), abs=2)
    assert line.end == pytest.approx((300, 600), abs=2)
    qtbot.waitUntil(lambda: detecting.panel.tally.text().startswith("Line 1: in 0; out 0"))
    detecting.panel.clear_wanted.emit()
    assert detecting.live.pipeline.counters is None


def test_a_zone_needs_three_corners_and_escape_gives_up(detecting, qtbot):
    picture = detecting.stage.picture
    detecting.panel.zone_wanted.emit()
    corners = [(100, 100), (500, 100), (500, 500)]
    for x, y in corners:
        where = picture.to_widget(x, y)
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(round(where.x()), round(where.y())))
    qtbot.keyClick(picture, Qt.Key.Key_Return)
    assert len(detecting.live.pipeline.counters.zones[0].corners) == 3
    detecting.panel.zone_wanted.emit()
    qtbot.keyClick(picture, Qt.Key.Key_Escape)
    assert detecting.stage.shapes.kind == ""
    assert len(detecting.live.pipeline.counters.zones) == 1


def test_clicking_a_box_tells_about_it(detecting, qtbot):
    detecting.explaining.begin = lambda view, index: None
    left, top, right, bottom = detecting.stage.view.found.xyxy[0]
    where = detecting.stage.picture.to_widget((left + right) / 2, (top + bottom) / 2)
    qtbot.mouseClick(detecting.stage.picture, Qt.MouseButton.LeftButton, pos=QPoint(round(where.x()), round(where.y())))
    assert "c 0.90" in detecting.panel.log.item(0).text()


def test_a_click_on_a_box_shows_what_speaks_for_it(tab, qtbot, shared):
    tab.controls.model.select(str(shared / "models/yolox/yolox_nano.onnx"))
    tab.desk.load()
    qtbot.waitUntil(lambda: of_head(tab, "yolox") and "class 15" in found_in(tab), timeout=10_000)
    tab.stage.box_clicked.emit(0)
    assert tab.stage.transport.hold.isChecked()
    notice = tab.stage.picture.notice
    qtbot.waitUntil(lambda: notice.text.text().startswith("What speaks for “"), timeout=20_000)
    assert "Occlusion" in notice.text.text()
    assert (tab.stage.picture.pixels != tab.stage.view.clean).any()
    tab.stage.transport.hold.setChecked(False)
    qtbot.waitUntil(lambda: not notice.isVisible() and tab.stage.picture.pixels is tab.stage.view.annotated)


def test_a_video_plays_pauses_and_seeks(detecting, qtbot, shared):
    detecting.open_paths([shared / "videos" / "car-detection.mp4"])
    transport = detecting.stage.transport
    qtbot.waitUntil(lambda: detecting.stage.view is not None and detecting.stage.view.index > 2, timeout=10_000)
    assert transport.slider.isVisible()
    assert transport.hold.text() == "Pause"
    transport.hold.setChecked(True)
    qtbot.waitUntil(lambda: detecting.live.pipeline.capture.status.state is State.PAUSED)
    transport.sought.emit(0.5)
    qtbot.waitUntil(lambda: detecting.stage.view.time_s == pytest.approx(15.1, abs=0.5))
    qtbot.waitUntil(lambda: transport.time.text() == "0:15 / 0:30")


def test_results_and_snapshots_become_files(detecting, window, qtbot):
    qtbot.waitUntil(lambda: len(detecting.live.pipeline.results) > 3)
    detecting.outputs.snapshot(False)
    qtbot.waitUntil(lambda: len(saved("*.png")) == 1)
    for kind, pattern in (("json", "*.json"), ("csv", "*.csv"), ("yolo", "*-labels")):
        detecting.outputs.results(kind)
        qtbot.waitUntil(lambda p=pattern: len(saved(p)) == 1)
    data = json.loads(saved("*[0-9].json")[0].read_text())
    assert data["source"] == "synthetic"
    assert data["frames"][-1]["detections"][0]["label"] == "c"
    detecting.outputs.copy()
    assert QGuiApplication.clipboard().image().width() == 960
    detecting.outputs.inspect()
    assert window.tabs.tabText(window.tabs.currentIndex()) == "Inspector"
    assert window.tab().image.pixels.shape == (720, 960, 3)


def test_a_recording_lasts_as_long_as_it_ran(detecting, window, qtbot):
    transport = detecting.stage.transport
    transport.record.setChecked(True)
    assert transport.record.text() == "Stop recording"
    start = time.perf_counter()
    qtbot.wait(1000)
    transport.record.setChecked(False)
    lasted = time.perf_counter() - start
    qtbot.waitUntil(lambda: "Recorded" in window.banner.text())
    seconds = float(window.banner.text().split()[1])
    assert seconds == pytest.approx(lasted, abs=0.25)
    assert len(saved("*.mkv")) == 1


def test_a_lost_stream_is_shown_and_comes_back(detecting, qtbot, monkeypatch):
    monkeypatch.setattr(capturing, "BACK_OFF_S", (1.0,))
    resetting = MjpegServer(fps=60, fault=lambda n: "reset" if n == 20 else "")
    with resetting as server:
        detecting.open_source(server.address)
        notice = detecting.stage.picture.notice
        qtbot.waitUntil(lambda: notice.text.text().startswith("Lost."), timeout=10_000)
        qtbot.waitUntil(lambda: not notice.isVisible() and detecting.stage.view.index > 20, timeout=10_000)
        log = [detecting.panel.log.item(i).text() for i in range(detecting.panel.log.count())]
        assert "Back again" in log[0]
        assert "Lost" in log[1]
        detecting.open_source("synthetic")
        qtbot.waitUntil(lambda: detecting.stage.view is not None)


def test_a_source_that_is_none_is_refused_and_the_present_one_stays(detecting, window):
    running = detecting.live.pipeline
    detecting.open_source("screen:1,2")
    assert "not a part of the screen" in window.banner.text()
    assert detecting.live.pipeline is running
    assert detecting.controls.source.box.currentText() == "Synthetic scene"


def test_a_file_that_is_no_video_says_so(detecting, window, qtbot, tmp_path):
    (tmp_path / "no.mp4").write_bytes(b"nothing" * 100)
    detecting.open_paths([tmp_path / "no.mp4"])
    qtbot.waitUntil(lambda: "no video" in window.banner.text())


def test_cameras_are_offered_by_name(tab, monkeypatch):
    tab.controls.source.set_cameras([Camera("Logi C920", 2, "/bus/2")])
    box = tab.controls.source.box
    assert [box.itemText(i) for i in range(3)] == ["Synthetic scene", "Logi C920", "Screen"]
    chosen = []
    tab.controls.source.chosen.disconnect()
    tab.controls.source.chosen.connect(chosen.append)
    box.activated.emit(1)
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("camera/live", True))
    tab.controls.source.box.activated.emit(box.findData("ask:stream"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a, **k: "/some/folder")
    box.activated.emit(box.findData("ask:folder"))
    assert chosen == ["camera:Logi C920", "http://camera/live", "/some/folder"]


def test_behind_another_tab_the_camera_is_let_go(detecting, window, qtbot):
    window.show_tab("Inspector")
    assert detecting.live.pipeline is None
    qtbot.waitUntil(lambda: not any(thread.name == "detecting" for thread in threading.enumerate()))
    window.show_tab("Detection")
    qtbot.waitUntil(lambda: detecting.live.pipeline is not None)
    qtbot.waitUntil(lambda: detecting.stage.view is not None and len(detecting.stage.view.found) == 1)


def test_a_pasted_picture_becomes_the_source(detecting, qtbot):
    from engine.images import from_array

    detecting.open_image(from_array(np.full((90, 120, 3), 77, np.uint8)))
    qtbot.waitUntil(lambda: detecting.stage.view is not None and detecting.stage.view.size == (120, 90))


def test_every_control_says_what_it_does(tab):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit

    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider)
    for widget in (widget for kind in kinds for widget in tab.findChildren(kind)):
        if widget.objectName().startswith("qt_") or type(widget).__name__ == "QScrollBar":
            continue
        if isinstance(widget.parent(), QComboBox | QLineEdit) or "pyqtgraph" in type(widget).__module__:
            continue
        assert widget.toolTip(), f"{widget} {widget.accessibleName()} has no tooltip"
        assert widget.accessibleName() or getattr(widget, "text", str)(), f"{widget} has no name"
