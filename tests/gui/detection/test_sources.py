"""What the detection tab looks at: videos, streams, cameras, files, pictures."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog

from engine.video import capture as capturing
from engine.video.cameras import Camera
from engine.video.capture import State
from engine.video.recording import VideoWriter
from tests.engine.video.mjpeg_server import MjpegServer

pytestmark = pytest.mark.slow


def test_files_that_cannot_be_read_are_named_in_the_events(tab, qtbot, shared, tmp_path):
    photo = (shared / "photos" / "dog.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(photo)
    (tmp_path / "b.jpg").write_bytes(photo[:3000])
    tab.open_paths([tmp_path])
    qtbot.waitUntil(lambda: tab.panel.log.count() > 0 and "Left out. “b.jpg”" in tab.panel.log.item(0).text())
    tab._refresh()
    assert tab.panel.log.count() == 1


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


def test_a_video_that_was_played_to_its_end_is_played_again(detecting, qtbot, tmp_path):
    writer = VideoWriter(tmp_path / "short.mkv", 30.0)
    for number in range(6):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8), number / 30)
    writer.close()
    detecting.open_paths([tmp_path / "short.mkv"])
    hold = detecting.stage.transport.hold
    qtbot.waitUntil(lambda: hold.text() == "Play", timeout=10_000)
    last = detecting.stage.view.index
    hold.click()
    assert hold.text() == "Pause"
    qtbot.waitUntil(lambda: detecting.stage.view.index >= last + 6, timeout=10_000)
    qtbot.waitUntil(lambda: hold.text() == "Play", timeout=10_000)


def test_only_files_of_which_something_was_seen_are_recent(detecting, window, qtbot, shared, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video" * 100)
    photo = shared / "photos" / "dog.jpg"
    for path in (tmp_path / "bad.mp4", photo):
        detecting.open_paths([path])
        qtbot.waitUntil(lambda: detecting.live.pipeline.capture.status.state in (State.FAILED, State.ENDED))
        detecting._refresh()
    assert window.settings.recent() == [photo]


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
    assert detecting.controls.source.box.currentText() == "Sample scene"


def test_a_file_that_is_no_video_says_so(detecting, window, qtbot, tmp_path):
    (tmp_path / "no.mp4").write_bytes(b"nothing" * 100)
    detecting.open_paths([tmp_path / "no.mp4"])
    qtbot.waitUntil(lambda: "no video" in window.banner.text())


def test_cameras_are_offered_by_name(tab, monkeypatch):
    tab.controls.source.set_cameras([Camera("Logi C920", 2, "/bus/2")])
    box = tab.controls.source.box
    assert [box.itemText(i) for i in range(3)] == ["Sample scene", "Logi C920", "Screen"]
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
