"""Training: images a second with the live dashboard, against a bare `model.fit`; folders; the window's pulse; curves.

    python benchmarks/training.py [--mnist DIR] [--cifar DIR] [--epochs 3] [--images 12000]

DIR: MNIST's idx files; CIFAR-10 as class folders. Without them the generated shapes and scikit-learn's digits are used.
Every way of training runs in a process of its own, one after the other, twice around; medians of the epochs after the
first, which pays for tracing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.training.config import TrainingConfig, with_values

WAYS = ("bare", "tensorboard", "ours")


def config_of(arguments: argparse.Namespace) -> TrainingConfig:
    """The training that every way does."""
    return with_values(
        TrainingConfig(),
        [f"data={arguments.data}", f"network={arguments.network}", f"epochs={arguments.epochs}",
         f"limit={arguments.images}", "batch_size=128", "schedule=constant", "size=32"],
    )  # fmt: skip


def bare(config: TrainingConfig, tensorboard: bool) -> dict[str, Any]:
    """Keras alone, on float arrays in memory; with its TensorBoard callback, batches logged as our curves are."""
    import keras

    from engine.data.preparation import prepare_dataset
    from engine.training.setup import make_network

    data = prepare_dataset(config.data)
    train = data.split.train
    x, y = np.asarray(data.pixels[train]).astype(np.float32) / 255, data.labels[train]
    network = make_network(config, data.how, len(data.class_names), None)
    network.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    with tempfile.TemporaryDirectory() as logs:
        callbacks = [keras.callbacks.TensorBoard(logs, histogram_freq=1, update_freq="batch")] if tensorboard else []
        speeds = []
        for _ in range(config.learning.epochs):
            began = time.perf_counter()
            network.fit(x, y, config.learning.batch_size, 1, verbose=0, callbacks=callbacks)
            speeds.append(len(x) / (time.perf_counter() - began))
    return {"speed": float(np.median(speeds[1:])), "memory": peak()}


def in_window(config: TrainingConfig) -> dict[str, Any]:
    """Our training, in a window whose curves are drawn meanwhile, with a 5 ms timer that notes when it is late."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer

    from gui.app import make_application
    from gui.main_window import MainWindow
    from gui.theme import Theme

    app = make_application()
    window = MainWindow(Theme(app, "light"))
    window.show()
    index = next(i for i in range(window.tabs.count()) if window.tabs.tabText(i) == "Training")
    window.tabs.setCurrentIndex(index)
    tab: Any = window.tab()
    tab.controls.show_config(config)
    tab.train()
    beats: list[float] = []
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    while tab.trainer.busy:
        app.processEvents()
        time.sleep(0.001)
        if len(tab.trainer.live.epochs) >= 1 and not timer.isActive():
            timer.start()  # importing TensorFlow and tracing come before
    timer.stop()
    history = tab.run.history
    while not window.close():
        app.processEvents()
    late = np.diff(beats) * 1000
    return {
        "speed": float(np.median([row.images_per_second for row in history[1:]])),
        "memory": peak(),
        "p99": float(np.percentile(late, 99)),
        "worst": float(late.max()),
    }


def without_window(config: TrainingConfig, in_memory: bool) -> dict[str, Any]:
    """Our training alone, with the images of a folder as they are kept, or all in memory."""
    from engine import training
    from engine.data.preparation import prepare_dataset
    from engine.training.runs import create_run

    data = prepare_dataset(config.data)
    if in_memory:
        data = replace(data, pixels=np.array(data.pixels))
    run = training.train(create_run(config), dataset=data).run
    return {"speed": float(np.median([row.images_per_second for row in run.history[1:]])), "memory": peak()}


def curves() -> float:
    """Frames a second while curves of 100,000 points are panned."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from engine.training.live import EpochRow
    from gui.app import make_application
    from gui.theme import Theme
    from gui.training.curves_view import CurvesView

    app = make_application()
    view = CurvesView(Theme(app, "light"))
    view.resize(660, 600)
    rng = np.random.default_rng(0)
    rows = np.stack([np.arange(100_000), rng.random(100_000), rng.random(100_000), np.full(100_000, 0.1)], axis=1)
    view.show_run(rows.astype(np.float32), (EpochRow(1, 1, 0.5, 1, 0.5, 0.1, 1, 1),), 1000)
    view.show()
    times = []
    for step in range(60):
        began = time.perf_counter()
        view.loss.getViewBox().setXRange(step / 2, step / 2 + 40, padding=0)
        view.grab()
        times.append(time.perf_counter() - began)
    return 1 / float(np.median(times))


def peak() -> int:
    """Most memory this process held, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def part(way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one way in a process of its own."""
    words = [sys.executable, __file__, "--way", way, "--data", arguments.data, "--network", arguments.network,
             "--epochs", str(arguments.epochs), "--images", str(arguments.images)]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare(title: str, ways: tuple[str, ...], arguments: argparse.Namespace) -> None:
    """Print the ways beside each other; the first is what the others are divided by."""
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            found[way].append(part(way, arguments))
    first = best_of(found[ways[0]])
    print(title)
    for way in ways:
        ours = best_of(found[way])
        print(
            f"  {way:<12} {ours['speed']:>9,.0f} images/s  {ours['speed'] / first['speed']:5.2f} x"
            f"   {ours['memory'] / 1e6:>6,.0f} MB  {ours['memory'] / first['memory']:5.2f} x"
        )
        if "p99" in ours:
            print(f"  window while training: 5 ms timer p99 {ours['p99']:.1f} ms, worst {ours['worst']:.1f} ms")


def best_of(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median round of each figure."""
    return {name: float(np.median([values[name] for values in rounds])) for name in rounds[0]}


def main() -> None:
    """All comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--cifar", type=Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--way", choices=(*WAYS, "folder", "memory"), help=argparse.SUPPRESS)
    parser.add_argument("--data", default="", help=argparse.SUPPRESS)
    parser.add_argument("--network", default="textbook", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        config = config_of(arguments)
        ways = {
            "bare": lambda: bare(config, False),
            "tensorboard": lambda: bare(config, True),
            "ours": lambda: in_window(config),
            "folder": lambda: without_window(config, False),
            "memory": lambda: without_window(config, True),
        }
        print(json.dumps(ways[arguments.way]()))
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNN_STUDIO_HOME"] = home
        arguments.data = str(arguments.mnist or "digits")
        compare(f"textbook CNN on {Path(arguments.data).name}", WAYS, arguments)
        arguments.data, arguments.network = str(arguments.cifar or "shapes"), "resnet-small"
        compare(f"small ResNet on {Path(arguments.data).name}", WAYS, arguments)
        if arguments.cifar:
            arguments.network = "textbook"
            compare("textbook CNN, images in memory against the folder", ("memory", "folder"), arguments)
        print(f"curves of 100,000 points: {curves():.0f} frames/s")


if __name__ == "__main__":
    main()
