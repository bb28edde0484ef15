"""Playground speed: our convolution against OpenCV, Keras and the textbook's double loop, in one run.

Run: python benchmarks/playground.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.playground.convolution import convolve
from engine.playground.kernels import make_kernel


def medians(ours: Callable[[], object], peer: Callable[[], object], repeats: int = 21) -> tuple[float, float]:
    """Median seconds of a call of each, taken in turns so that a busy moment of the machine meets both."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for work, taken in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            work()
            if turn:  # the first is a warm-up
                taken.append(time.perf_counter() - start)
    return float(np.median(times[0])), float(np.median(times[1]))


def row(name: str, times: tuple[float, float], peer_name: str, goal: str) -> None:
    """One line of the table."""
    ours, peer = times
    print(f"{name:<52}{ours * 1e3:>10.2f}{peer * 1e3:>12.2f}  {peer_name:<12}{ours / peer:>8.3f}  {goal}", flush=True)


def against_filter2d() -> None:
    """3 x 3 on a grey 1080p image."""
    image = np.random.default_rng(0).random((1080, 1920), np.float32)
    kernel = make_kernel("sobel")
    times = medians(
        lambda: convolve(image[:, :, None], kernel[:, :, None, None], 0.0, 1, "same"),
        lambda: cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT),
        101,
    )
    row("3x3, 1920x1080 grey", times, "filter2D", "<= 1.5")


def against_keras() -> None:
    """Strides, dilations, paddings and channel counts against the Keras layer on the CPU."""
    import keras

    rng = np.random.default_rng(0)
    cases = [
        (1080, 1920, 1, 1, 3, 1, 1), (1080, 1920, 1, 1, 3, 2, 1), (1080, 1920, 1, 1, 3, 1, 2),
        (1080, 1920, 1, 1, 11, 1, 1), (1080, 1920, 1, 1, 11, 3, 1), (1080, 1920, 1, 1, 5, 1, 8),
        (1080, 1920, 3, 1, 3, 1, 1), (1080, 1920, 3, 3, 3, 1, 1), (512, 512, 3, 8, 3, 1, 1), (512, 512, 3, 8, 3, 2, 1),
        (512, 512, 3, 8, 5, 1, 4), (512, 512, 8, 8, 3, 1, 1), (112, 112, 32, 8, 11, 1, 1), (24, 24, 1, 1, 3, 1, 1),
    ]  # fmt: skip
    for height, width, channels, filters, side, stride, dilation in cases:
        for padding in ("valid", "same"):
            image = rng.random((height, width, channels), np.float32)
            kernel = rng.normal(size=(side, side, channels, filters)).astype(np.float32)
            layer = keras.layers.Conv2D(filters, side, stride, padding, dilation_rate=dilation, use_bias=False)
            batch = keras.ops.convert_to_tensor(image[None])
            layer.build(batch.shape)
            layer.set_weights([kernel])
            times = medians(
                lambda i=image, k=kernel, s=stride, p=padding, d=dilation: convolve(i, k, 0.0, s, p, d),
                lambda layer=layer, batch=batch: np.asarray(layer(batch)),
            )
            name = f"{side}x{side} s{stride} d{dilation} {padding}, {width}x{height}, {channels} -> {filters}"
            row(name, times, "Keras CPU", "<= 3")


def against_double_loop() -> None:
    """The textbook's two loops in Python, 512 x 512."""
    image = np.random.default_rng(0).random((512, 512), np.float32)
    kernel = make_kernel("sobel")

    def loops() -> np.ndarray:
        out = np.zeros((510, 510), np.float32)
        for y in range(510):
            for x in range(510):
                out[y, x] = np.sum(image[y : y + 3, x : x + 3] * kernel)
        return out

    times = medians(lambda: convolve(image[:, :, None], kernel[:, :, None, None]), loops, 3)
    row("3x3, 512x512 grey", times, "double loop", "<= 1/300 = 0.0033")


if __name__ == "__main__":
    print(f"{'case':<52}{'ours ms':>10}{'peer ms':>12}  {'peer':<12}{'ratio':>8}  goal")
    against_filter2d()
    against_double_loop()
    against_keras()
