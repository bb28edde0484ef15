"""Playground speed on screen: slider to painted output, feature maps painted, camera frames kept.

Run: python benchmarks/playground_window.py (renders offscreen unless QT_QPA_PLATFORM is set)
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop

from engine.playground.kernels import make_kernel
from engine.playground.layers import ActivationLayer, Convolution, Pooling
from engine.playground.stack import Stack
from gui.app import make_application
from gui.context import AppContext
from gui.jobs import JobRunner
from gui.playground.tab import PlaygroundTab
from gui.settings import Settings
from gui.theme import Theme
from gui.widgets.feature_grid import FeatureGrid


def spin(until: Callable[[], bool]) -> None:
    """Run the event loop until something holds."""
    while not until():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)


def report(name: str, seconds: list[float], goal_ms: float) -> None:
    """One line: median, 95th percentile, goal."""
    median, p95 = (1e3 * float(np.percentile(seconds, q)) for q in (50, 95))
    print(f"{name:<62}{median:>10.1f}{p95:>10.1f}{goal_ms:>8.0f}", flush=True)


def slider_to_paint(tab: PlaygroundTab, panel: int, selected: int, name: str) -> None:
    """From a moved slider to the painted output of three layers on 512 x 512."""
    kernel = make_kernel("gaussian", 5, 5)[:, :, None, None]
    tab._choose("camera")
    tab.use_stack(
        Stack(
            (Convolution().change(kernel=kernel, padding="same"), ActivationLayer(), Pooling().change(size=3, stride=1))
        )
    )
    tab.session.select(selected)
    tab.stack_page.meaning.setCurrentIndex(panel)
    spin(lambda: not tab.session.busy)
    painted: list[float] = []
    view = tab.stack_page.explorer.after.view
    original = view._paint_image
    view._paint_image = lambda painter: (original(painter), painted.append(time.perf_counter()))
    times = []
    for step in range(120):
        layer = tab.session.stack.layers[0].change(bias=step / 200)
        stage = tab.session.stage
        start = time.perf_counter()
        if selected == 0:
            tab.stack_page.panel.form._fields["bias"].slider.setValue(step + 40)
        else:
            tab.session.set_stack(tab.session.stack.with_layer(0, layer), gesture="bias")
        spin(lambda stage=stage: tab.session.stage is not stage and not tab.session.busy)
        done = len(painted)
        view.update()
        spin(lambda done=done: len(painted) > done)
        times.append(painted[-1] - start)
    view._paint_image = original
    report(f"slider to painted output, 3 layers, 512x512, {name}", times[20:], 33)


def grid_painted() -> None:
    """Shapes of MobileNetV2's widest spatial layers, all maps in view."""
    for height, channels, tile in ((112, 96, 100), (56, 144, 80), (14, 576, 32), (14, 512, 32), (7, 1280, 20)):
        maps = np.random.default_rng(0).random((height, height, channels), np.float32)
        grid = FeatureGrid()
        grid.resize(1400, 1000)
        grid.set_tile(tile)
        grid.show()
        QCoreApplication.processEvents()
        times = []
        for _ in range(20):
            start = time.perf_counter()
            grid.show_maps(maps)
            grid.viewport().repaint()
            times.append(time.perf_counter() - start)
        report(f"{channels} maps of {height}x{height} painted at {tile} px", times, 100)
        grid.close()


def camera(tab: PlaygroundTab) -> None:
    """640 x 480 frames through one convolution to the screen: time a frame, of the 33 ms there are."""
    tab.use_stack(Stack((Convolution().change(kernel=make_kernel("sobel")[:, :, None, None], padding="same"),)))
    frames = np.random.default_rng(0).integers(0, 255, (8, 480, 640, 3), np.uint8)
    times = []
    for number in range(90):
        start = time.perf_counter()
        tab._frame(frames[number % 8])
        spin(lambda: not tab.session.busy)
        tab.repaint()
        times.append(time.perf_counter() - start)
    report("camera frame 640x480, one convolution, to the screen", times[10:], 33)


def live(tab: PlaygroundTab, seconds: float = 6.0) -> None:
    """Frames that reach the screen from a source of 30 a second, one convolution between."""
    shown: list[float] = []
    tab.session.computed.connect(lambda: shown.append(time.perf_counter()))
    tab.feed.start("synthetic:640x480@30")
    spin(lambda: len(shown) > 15)
    first, delivered = len(shown), tab.feed._capture.status.delivered
    start = time.perf_counter()
    spin(lambda: time.perf_counter() - start > seconds)
    came = (tab.feed._capture.status.delivered - delivered) / seconds
    tab.feed.stop()
    rate = (len(shown) - first) / seconds
    print(f"{'live source through one convolution: frames/s shown':<62}{rate:>10.1f} of {came:.1f}")


if __name__ == "__main__":
    theme = Theme(make_application(), "light")
    jobs = JobRunner()
    window = PlaygroundTab(AppContext(jobs, Settings(), theme, lambda *_: None, lambda _: None, lambda *_: None))
    window.resize(1280, 740)
    window.show()
    window.started()
    spin(lambda: bool(window.session.stages))
    print(f"{'case':<62}{'median ms':>10}{'p95 ms':>10}{'goal':>8}")
    slider_to_paint(window, 0, 0, "first layer in front")
    slider_to_paint(window, 0, 2, "last layer in front")
    slider_to_paint(window, 1, 1, "with histograms")
    grid_painted()
    camera(window)
    live(window)
    window.stop()
    jobs.shutdown()
