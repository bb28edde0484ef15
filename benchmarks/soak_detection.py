"""Hours of a network camera in minutes of output: does memory, latency or anything countable grow.

    python benchmarks/soak_detection.py --model YOLOX_NANO.onnx [--minutes 30]

A loopback MJPEG camera of 720p at 30 frames/s writes a number into every picture, so the age of what would be shown is
known exactly. Prints a line every tenth of the time, and what grew between the first and the last.
"""

from __future__ import annotations

import argparse
import gc
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.detection.choices import Choices
from engine.detection.detector import Settings
from engine.detection.opening import open_detector
from engine.detection.pipeline import Pipeline
from engine.detection.view import Options
from engine.video.capture import Capture
from engine.video.streams import StreamSource
from tests.engine.video.mjpeg_server import MjpegServer, number_in

FRAME_S = 1 / 60  # how often a window would look for a new picture


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    arguments = parser.parse_args()
    detector = open_detector(arguments.model, Choices(labels="coco"))
    with MjpegServer(fps=30, size=(1280, 720)) as server:
        capture = Capture(StreamSource(server.address))
        pipeline = Pipeline(capture, detector, Options(Settings(), track=True)).start()
        watch(pipeline, server, 10.0)  # libraries fill their pools once
        lines = [watch(pipeline, server, arguments.minutes * 6) for _ in range(10)]
        pipeline.stop()
    first, last = np.mean(lines[:2], axis=0), np.mean(lines[-2:], axis=0)
    names = ("memory", "threads", "descriptors", "age p95")
    print("grown: " + ", ".join(f"{name} {b / a - 1:+.1%}" for name, a, b in zip(names, first, last, strict=True)))


def watch(pipeline: Pipeline, server: MjpegServer, seconds: float) -> tuple[float, float, float, float]:
    """Look at the newest view as a window would; memory in MB, threads, descriptors, 95th percentile of age in ms."""
    ages, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        view = pipeline.views.take(0)
        if view is None:
            time.sleep(FRAME_S)
            continue
        sent = server.sent_at.pop(number_in(view.clean), None)
        _ = view.annotated
        if sent is not None:
            ages.append((time.perf_counter() - sent) * 1000)
    server.sent_at.clear()
    gc.collect()
    process = psutil.Process()
    facts = (process.memory_info().rss / 1e6, threading.active_count(), process.num_fds(), np.percentile(ages, 95))
    print(
        f"{facts[0]:7.1f} MB  {facts[1]} threads  {facts[2]} descriptors  age p50 {np.median(ages):5.1f} ms"
        f"  p95 {facts[3]:5.1f} ms  {len(ages) / seconds:4.1f} frames/s  dropped {pipeline.capture.status.dropped}",
        flush=True,
    )
    return facts


if __name__ == "__main__":
    main()
