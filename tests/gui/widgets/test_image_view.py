import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt

from gui.widgets.image_view import MAX_SCALE, ImageView


@pytest.fixture
def view(qtbot):
    widget = ImageView()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    widget.set_image(np.zeros((50, 100, 3), np.uint8))
    return widget


def test_an_image_is_fitted_and_centred(view):
    assert view.scale == 4
    assert view.target().getRect() == (0, 50, 400, 200)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.2, 5), st.floats(0, 400), st.floats(0, 300))
def test_zoom_keeps_the_point_under_the_cursor(view, factor, x, y):
    view.fit()
    before = view.to_image(QPointF(x, y))
    view.zoom(factor, QPointF(x, y))
    after = view.to_image(QPointF(x, y))
    assert (after - before).manhattanLength() < 1e-6
    assert (view.to_widget(after.x(), after.y()) - QPointF(x, y)).manhattanLength() < 1e-6


def test_zoom_has_limits(view):
    for _ in range(60):
        view.zoom(2)
    assert view.scale == MAX_SCALE


def test_the_pixel_under_the_cursor_is_told(qtbot, view):
    seen = []
    view.hovered.connect(seen.append)
    qtbot.mouseMove(view, view.rect().center())
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[-1] == (49, 24)
    assert view.pixel_at(QPointF(10, 10)) is None
    assert view.pixel_at(QPointF(0, 50)) == (0, 0)
    assert view.pixel_at(QPointF(399.9, 249.9)) == (99, 49)


def test_a_click_is_told_and_a_drag_moves(qtbot, view):
    clicks = []
    view.clicked.connect(lambda x, y: clicks.append((x, y)))
    centre = view.rect().center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre)
    assert clicks == [(49, 24)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=centre)
    qtbot.mouseMove(view, centre + view.rect().topLeft() + type(centre)(30, 20))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=centre + type(centre)(30, 20))
    assert clicks == [(49, 24)]


def test_keys_do_what_the_mouse_does(qtbot, view):
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.scale == pytest.approx(5)
    qtbot.keyClick(view, Qt.Key.Key_1)
    assert view.scale == pytest.approx(1)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.scale == 4
    before = view.target().topLeft()
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.target().topLeft() - before == QPointF(40, 0)


def test_live_pictures_keep_the_view(view):
    view.zoom(2)
    scale = view.scale
    view.set_image(np.ones((50, 100, 3), np.uint8), keep_view=True)
    assert view.scale == scale
    view.set_image(np.ones((20, 100, 3), np.uint8), keep_view=True)
    assert view.scale == 4


def test_what_is_painted_is_the_image(view):
    pixels = np.zeros((50, 100, 3), np.uint8)
    pixels[:, 50:] = (0, 200, 0)
    view.set_image(pixels)
    shot = view.grab().toImage()
    assert shot.pixelColor(100, 150).getRgb()[:3] == (0, 0, 0)
    assert shot.pixelColor(300, 150).getRgb()[:3] == (0, 200, 0)


def test_numbers_appear_when_a_pixel_has_room(view):
    view.set_image(np.full((4, 4), 255, np.uint8))
    assert view.scale > 40
    shot = view.grab().toImage()
    cell = [shot.pixelColor(x, y).lightness() for x in range(50, 125) for y in range(75)]
    assert min(cell) < 100


def test_a_large_image_is_averaged_down_not_sampled(view):
    stripes = np.zeros((3000, 4000), np.uint8)
    stripes[:, ::2] = 255
    view.set_image(stripes)
    shot = view.grab().toImage()
    assert all(abs(shot.pixelColor(x, 150).lightness() - 127) < 10 for x in range(20, 380, 17))
