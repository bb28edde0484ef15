"""The camera as an input, with a source that needs none."""

import cv2
import pytest


def test_frames_run_through_the_stack_until_stopped(qtbot, tab):
    tab.desk.feed.start("synthetic:320x240@30")
    qtbot.waitUntil(lambda: tab.session.input.name == "Webcam" and not tab.session.busy, timeout=10_000)
    first = tab.session.computed_input
    qtbot.waitUntil(lambda: tab.session.computed_input is not first, timeout=5_000)
    assert tab.session.stages[0].source.shape == (240, 320, 1)
    tab.inputs.source_chosen.emit("ramp")
    assert not tab.desk.feed.running
    assert tab.session.input.values.shape == (4, 4, 1)


def test_a_missing_camera_is_said_beside_the_button(qtbot, tab):
    before = tab.session.input
    tab.desk.feed.start("camera:no such camera")
    qtbot.waitUntil(lambda: "no such camera" in tab.inputs.note.text(), timeout=10_000)
    assert not tab.inputs.camera.isChecked()
    assert tab.session.input is before


@pytest.mark.slow
def test_a_network_looks_through_the_camera(qtbot, tab):
    tab.show_page(1)
    qtbot.waitUntil(lambda: tab.network_page.ready, timeout=90_000)
    before = tab.network_page.captured
    tab.desk.feed.start("synthetic:320x240@30")
    qtbot.waitUntil(lambda: tab.network_page.captured is not before, timeout=20_000)
    tab.desk.feed.stop()
    qtbot.waitUntil(lambda: tab.network_page.ready, timeout=20_000)


def test_the_camera_is_let_go_behind_another_tab(qtbot, tab):
    tab.desk.feed.start("synthetic:320x240@30")
    qtbot.waitUntil(lambda: tab.session.input.name == "Webcam", timeout=10_000)
    tab.hide()
    assert not tab.desk.feed.running
    tab.show()


def test_a_machine_without_a_camera_says_so(qtbot, tab, monkeypatch):
    monkeypatch.setattr("engine.video.cameras.open_device", lambda camera: cv2.VideoCapture())
    tab.inputs.camera.click()
    qtbot.waitUntil(
        lambda: "amera" in tab.inputs.note.text() and "Opening" not in tab.inputs.note.text(), timeout=10_000
    )
    tab.desk.feed.stop()
    assert tab.session.input.name == "Square 5 × 5"
