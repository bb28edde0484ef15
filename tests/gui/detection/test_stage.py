"""Mouse and picture of the detection tab: lines, zones, clicks on boxes, a frozen picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.gui.detection.helpers import found_in, of_head

pytestmark = pytest.mark.slow


def test_a_frozen_picture_stands_still_and_settings_still_act(detecting, qtbot):
    detecting.stage.transport.hold.setChecked(True)
    qtbot.wait(600)  # for frames that were on their way
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


def test_shapes_are_numbered_by_kind_and_belong_to_the_picture_that_they_were_drawn_on(detecting, qtbot, shared):
    live = detecting.live
    live.add_line((0, 0), (100, 100))
    live.add_zone(((0, 0), (100, 0), (0, 100)))
    live.add_line((100, 0), (0, 100))
    counters = live.pipeline.counters
    assert [shape.name for shape in (*counters.lines, *counters.zones)] == ["Line 1", "Line 2", "Zone 1"]
    detecting.open_source(live.spec)  # the same again, as after a change of the camera's format
    assert len(live.pipeline.counters.lines) == 2
    detecting.open_source(str(shared / "photos" / "dog.jpg"))
    assert live.pipeline.counters is None


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
