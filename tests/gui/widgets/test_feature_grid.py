"""The grid of feature maps: order, choice, scales, zero maps, and thousands of them."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.colormaps import paint, scale_of
from gui.widgets.feature_grid import FeatureGrid


@pytest.fixture
def grid(qtbot):
    grid = FeatureGrid()
    qtbot.addWidget(grid)
    grid.resize(420, 300)
    grid.show()
    return grid


def maps(count, side=8):
    values = np.random.default_rng(0).random((side, side, count), np.float32)
    values *= np.arange(count, dtype=np.float32)[::-1]  # the last is zero everywhere
    return values


def test_maps_are_shown_in_order_or_by_activity(grid):
    grid.show_maps(maps(6))
    assert grid.order() == [0, 1, 2, 3, 4, 5]
    assert grid.zero_maps == 1
    grid.show_maps(maps(6)[:, :, ::-1])
    grid.sort_by_mean(True)
    assert grid.order() == [5, 4, 3, 2, 1, 0]
    assert grid.channel_at(QPoint(10, 10)) == 5


def test_a_click_and_the_arrows_choose_a_map(qtbot, grid):
    grid.show_maps(maps(40))
    chosen = []
    grid.picked.connect(chosen.append)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(grid._tile + 18, 20))
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert chosen == [1, 2, 2 + grid._columns()]
    grid.select(39)
    assert grid.verticalScrollBar().value() > 0
    assert grid.channel_at(QPoint(1, 2)) is None


def test_scales_are_shared_or_each_its_own(grid):
    values = maps(3)
    grid.show_maps(values)
    np.testing.assert_array_equal(grid.picture(1, (8, 8)), paint(values[:, :, 1], scale_of(values)))
    grid.share_scale(False)
    np.testing.assert_array_equal(grid.picture(1, (8, 8)), paint(values[:, :, 1], scale_of(values[:, :, 1])))


def test_tiles_grow_while_all_maps_are_in_view(grid):
    grid.show_maps(maps(4))
    assert grid.fitting_tile(40, 160) >= 100
    grid.show_maps(maps(900))
    assert grid.fitting_tile(40, 160) == 40


def test_the_picture_on_screen_is_that_of_the_map(grid):
    values = np.zeros((2, 2, 1), np.float32)
    values[0, 0] = 1
    grid.show_maps(values)
    image = grid.viewport().grab().toImage()
    bright, dark = image.pixelColor(20, 20), image.pixelColor(70, 70)
    assert bright.lightness() > dark.lightness() + 60


def test_thousands_of_maps_scroll_smoothly(grid):
    grid.show_maps(maps(4096, 14))
    bar = grid.verticalScrollBar()
    times = []
    for value in range(0, bar.maximum(), bar.maximum() // 20):
        start = time.perf_counter()
        bar.setValue(value)
        grid.viewport().repaint()
        times.append(time.perf_counter() - start)
    assert np.median(times) < 0.033


def test_fewer_maps_forget_a_choice_that_is_gone(grid):
    grid.show_maps(maps(20))
    grid.select(15)
    grid.show_maps(maps(4))
    assert grid.selected == -1
    grid.show_maps(np.zeros((1, 1, 0), np.float32))
    assert grid.order() == []
