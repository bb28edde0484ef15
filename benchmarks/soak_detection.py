"""Hours of a network camera in minutes of output: does memory, latency or anything countable grow.

    python benchmarks/soak_detection.py --model YOLOX_NANO.onnx [--minutes 30]

A loopback MJPEG camera of 720p at 30 frames/s, a process of its own, writes a number into every picture, so the age of
what would be shown is known exactly. Prints a line a minute, and at the end what grew from the first to the last.
"waited" is how long the threads of this process were ready but had no core: while it rises, the machine is busy with
something else, and ages rise with it; a leak of ours shows without it.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NamedTuple

import cv2
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
from engine.video.synthetic import SyntheticScene
from tests.engine.video.mjpeg_server import MjpegServer, encoded, number_in, numbered

FRAME_S = 1 / 60  # how often a window would look for a new picture
FILM = 300  # pictures of the camera before they repeat: ten seconds, far longer than any picture may be old
MINUTE_S = 60.0


class Facts(NamedTuple):
    """One minute."""

    memory_mb: float
    threads: int
    descriptors: int
    age_p50_ms: float
    age_p95_ms: float
    infer_ms: float
    waited: float  # share of the minute that threads of ours waited for a core, all threads together

    def __str__(self) -> str:
        return (
            f"{self.memory_mb:7.1f} MB  {self.threads} threads  {self.descriptors} descriptors"
            f"  age p50 {self.age_p50_ms:5.1f} ms, p95 {self.age_p95_ms:5.1f} ms  inference {self.infer_ms:4.1f} ms"
            f"  waited {self.waited:5.1%}"
        )


def camera(sent_at: Any, port: Any, stopping: Event) -> None:
    """The other process: moving photos over HTTP, encoded once, the moment of sending noted for each."""
    scene = SyntheticScene(1280, 720)
    scene.open()
    pictures = (cv2.cvtColor(scene.draw(index), cv2.COLOR_RGB2BGR) for index in range(FILM))
    film = tuple(encoded(numbered(picture, index)) for index, picture in enumerate(pictures))
    with MjpegServer(fps=30, film=film) as server:
        server.sent_at = sent_at
        port.value = server.server.server_address[1]
        stopping.wait()


def watch(pipeline: Pipeline, sent_at: Any, seconds: float) -> Facts:
    """Look at the newest view as a window would."""
    process = psutil.Process()
    ages, end, waited = [], time.perf_counter() + seconds, _waited_s()
    while time.perf_counter() < end:
        view = pipeline.views.take(0)
        if view is None:
            time.sleep(FRAME_S)
            continue
        _ = view.annotated
        pipeline.meter.painted(view.captured_ns)
        ages.append((time.perf_counter() - sent_at[number_in(view.clean)]) * 1000)
    waited = (_waited_s() - waited) / seconds
    gc.collect()
    facts = Facts(
        process.memory_info().rss / 1e6,
        process.num_threads(),
        process.num_fds(),
        *np.percentile(ages, [50, 95]),
        pipeline.numbers().infer_ms,
        waited,
    )
    load = os.getloadavg()[0]
    rest = f"  {len(ages) / seconds:4.1f} frames/s  dropped {pipeline.capture.status.dropped}  load {load:.1f}"
    print(f"{time.strftime('%H:%M:%S')}  {facts}{rest}", flush=True)
    return facts


def _waited_s() -> float:
    """Seconds the threads of this process were ready to run and did not; 0 where the system does not count them."""
    total = 0
    for task in Path("/proc/self/task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[1])
        except (OSError, IndexError):  # a thread that ended meanwhile
            continue
    return total / 1e9


def grown(lines: list[Facts]) -> str:
    """What the straight line through the minutes gains from the first to the last, in parts of their mean."""
    minutes = np.arange(len(lines))
    parts = []
    for name in ("memory_mb", "threads", "descriptors", "age_p50_ms", "age_p95_ms"):
        values = [getattr(line, name) for line in lines]
        parts.append(f"{name} {np.polyfit(minutes, values, 1)[0] * minutes[-1] / np.mean(values):+.1%}")
    return ", ".join(parts)


def explained(lines: list[Facts]) -> str:
    """What the minutes add to the ages beside the waiting for a core: ages = a + b minute + c waited, least squares."""
    minutes, ages = np.arange(len(lines)), np.array([line.age_p95_ms for line in lines])
    waited = np.array([line.waited for line in lines])
    known = np.stack([np.ones(len(lines)), minutes, waited], axis=1)
    factors = np.linalg.lstsq(known, ages, rcond=None)[0]
    rest = ages - known @ factors
    share = 1 - rest.var() / max(ages.var(), 1e-12)
    return (
        f"age p95 = {factors[0]:.1f} ms {factors[1] * minutes[-1]:+.1f} ms from first to last minute"
        f" {factors[2] / 10:+.1f} ms for each tenth waited; explains {share:.0%} of its variance"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--minutes", type=int, default=30)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    sent_at, port, stopping = context.Array("d", FILM, lock=False), context.Value("i", 0), context.Event()
    server = context.Process(target=camera, args=(sent_at, port, stopping), daemon=True)
    server.start()
    detector = open_detector(arguments.model, Choices(labels="coco"))
    while not port.value:
        time.sleep(0.05)
    pipeline = Pipeline(Capture(StreamSource(f"http://127.0.0.1:{port.value}/")), detector, Options(Settings(), True))
    pipeline.start()
    print(detector.runtime.describe())
    watch(pipeline, sent_at, MINUTE_S / 2)  # libraries fill their pools once
    lines = [watch(pipeline, sent_at, MINUTE_S) for _ in range(arguments.minutes)]
    pipeline.stop()
    stopping.set()
    server.join()
    print(f"grown over {arguments.minutes} minutes: {grown(lines)}")
    if len(lines) > 4:
        print(explained(lines))


if __name__ == "__main__":
    main()
