"""Detection: the whole pipeline on a 720p file, live latency, and its parts.

    python benchmarks/detection.py --model YOLOX_NANO.onnx [--cfg V4_TINY_SIZED.cfg] [--seconds 8]

The file is a 720p video made here. Peers: bare `session.run` with the same options, the same loop on OpenCV's runtime,
and the usual sequential Python (read, letterbox with copyMakeBorder, run, decode every row, NMS), all on the same ONNX.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from os import cpu_count
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import Line, alternate, show
from engine.detection.choices import Choices
from engine.detection.darknet.importing import import_onnx, read_plan
from engine.detection.detector import Detector, Settings
from engine.detection.letterbox import blob, place
from engine.detection.nms import suppress
from engine.detection.opening import open_detector
from engine.detection.pipeline import Pipeline
from engine.detection.runtimes import OpenCvRuntime
from engine.detection.trimming import trimmed
from engine.detection.view import Options
from engine.video.capture import Capture
from engine.video.files import VideoFile
from engine.video.synthetic import SyntheticScene
from tests.engine.detection.darknet_files import write_random_weights

FRAMES = 150
SETTINGS = Settings(confidence=0.25)


def make_video(path: Path) -> Path:
    """A 720p H.264-like file of the synthetic scene."""
    scene = SyntheticScene(1280, 720)
    scene.open()
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 30, (1280, 720))
    for index in range(FRAMES):
        writer.write(cv2.cvtColor(scene.draw(index), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def whole_pipeline(detector: Detector, video: Path, frames: int, trim: bool = True) -> None:
    """Decode, letterbox, infer, decode heads, suppress, hand the boxes to whoever shows them: our threads.

    trim: whether padding is left out where the runtime can, as the program does for every video.
    """
    source = VideoFile(video)
    source.steady = trim
    pipeline = Pipeline(Capture(source, own_speed=False), detector, Options(SETTINGS)).start()
    while len(pipeline.results) < frames:
        pipeline.views.take(0.1)
    pipeline.stop()


def bare_runs(detector: Detector, frames: int) -> None:
    """Nothing but the network, on one prepared input."""
    data = detector.prepare(np.full((720, 1280, 3), 90, np.uint8)).blob
    for _ in range(frames):
        detector.runtime.run(data)


def sequential(detector: Detector, video: Path, frames: int) -> None:
    """The way tutorials do it, on one thread."""
    capture = cv2.VideoCapture(str(video))
    width, height = detector.size
    for _ in range(frames):
        _, frame = capture.read()
        scale = min(width / frame.shape[1], height / frame.shape[0])
        inner = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        resized = cv2.resize(frame, inner)
        below, right = height - inner[1], width - inner[0]
        padded = cv2.copyMakeBorder(resized, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
        data = np.ascontiguousarray(padded.transpose(2, 0, 1)[None].astype(np.float32))
        rows = detector.runtime.run(data)[0][0]
        cells, strides = _cells(width, height)
        xy = (rows[:, :2] + cells) * strides
        wh = np.exp(rows[:, 2:4]) * strides
        scores = rows[:, 4:5] * rows[:, 5:]
        classes, best = scores.argmax(1), scores.max(1)
        boxes = np.concatenate([xy - wh / 2, wh], axis=1) / scale
        keep = best > SETTINGS.confidence
        cv2.dnn.NMSBoxesBatched(
            boxes[keep].tolist(), best[keep].tolist(), classes[keep].tolist(), SETTINGS.confidence, SETTINGS.iou
        )
    capture.release()


def _cells(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Built anew for each frame, as in the reference code of YOLOX."""
    cells, strides = [], []
    for stride in (8, 16, 32):
        xs, ys = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells.append(np.stack([xs, ys], 2).reshape(-1, 2))
        strides.append(np.full((cells[-1].shape[0], 1), stride))
    return np.concatenate(cells), np.concatenate(strides)


class Classic(OpenCvRuntime):
    """cv2.dnn with the engine that OpenCV 4 had, too."""

    name = "OpenCV, classic engine"
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)


class New(OpenCvRuntime):
    """cv2.dnn with the engine that came with OpenCV 5, about twice as fast as the classic one."""

    name = "OpenCV, new engine"
    engine = getattr(cv2.dnn, "ENGINE_NEW", None)


def throughput(model: Path, video: Path, frames: int) -> list[Line]:
    """Frames per second of the whole, as times for so many frames."""
    ours = open_detector(model, Choices(labels="coco"))
    file = import_onnx(model) if model.suffix == ".cfg" else model
    classic, new = (replace(ours, runtime=kind(file)) for kind in (Classic, New))
    small = trimmed(ours, (1280, 720)).size
    full = "{} x {}".format(*ours.size)
    print(f"  {model.name}: {ours.runtime.describe()}, {ours.runtime.lanes} frames at a time; OpenCV {cv2.__version__},"
          f" {cpu_count()} threads; input {full}, of which a 720p picture needs {small[0]} x {small[1]}")  # fmt: skip
    yolox = ours.head.name == "yolox"
    runs = [
        lambda: whole_pipeline(ours, video, frames),
        lambda: whole_pipeline(ours, video, frames, trim=False),
        lambda: bare_runs(ours, frames),
        lambda: whole_pipeline(new, video, frames),
        lambda: whole_pipeline(classic, video, frames),
        *([lambda: sequential(ours, video, frames)] if yolox else []),
    ]
    whole, padded, bare, peer, old, *plain = alternate(3, *runs, warm=1)
    name = model.stem
    lines = [
        Line(f"{name}: pipeline / bare session.run of {full}", whole, bare, ">= 0.85"),
        Line(f"{name}: pipeline / the same loop on cv2.dnn, classic engine", whole, old, ">= 2.5"),
        Line(f"{name}: pipeline / the same loop on cv2.dnn, new engine", whole, peer, ">= 2.5"),
        *(Line(f"{name}: pipeline / sequential Python on the same ONNX", whole, each, ">= 1.5") for each in plain),
    ]
    if small != ours.size:
        lines += [
            Line(f"{name}: {full}, padding computed / bare session.run", padded, bare, ">= 0.85"),
            Line(f"{name}: {full}, padding computed / cv2.dnn, classic engine", padded, old, ">= 2.5"),
            Line(f"{name}: {full}, padding computed / cv2.dnn, new engine", padded, peer, ">= 2.5"),
            *(Line(f"{name}: {full}, padding computed / sequential Python", padded, each, ">= 1.5") for each in plain),
        ]
    return lines


def live(model: Path, seconds: float) -> None:
    """Capture-to-hand-over times at 30 frames/s, as the window would show them, and with inference slowed down."""
    detector = open_detector(model, Choices(labels="coco"))
    for slow, name in ((0.0, "live 30 frames/s"), (0.3, "with inference of 300 ms")):
        ages, infer = _ages(detector, seconds, slow)
        p50, p95 = np.percentile(ages, [50, 95])
        limit = infer + 20 if not slow else 300 + 2 * 1000 / 30 + infer
        print(f"{name}: age p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {max(ages):.1f} ms; inference {infer:.1f} ms;"
              f" goal {'p95' if not slow else 'worst'} < {limit:.0f} ms; {len(ages)} frames")  # fmt: skip


def _ages(detector: Detector, seconds: float, slow: float) -> tuple[list[float], float]:
    run = detector.runtime.run
    if slow:
        detector.runtime.run = lambda data: (time.sleep(slow), run(data))[1]  # type: ignore[method-assign]
    scene = SyntheticScene(1280, 720)
    scene.steady = not slow  # so that the runtime that was slowed down is the one that runs
    pipeline = Pipeline(Capture(scene), detector, Options(SETTINGS)).start()
    ages = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        view = pipeline.views.take(1.0)
        if view is not None:
            view.annotated  # noqa: B018 - drawn here, as by the window
            ages.append((time.perf_counter_ns() - view.captured_ns) / 1e6)
    infer = pipeline.numbers().infer_ms - slow * 1000
    pipeline.stop()
    detector.runtime.run = run  # type: ignore[method-assign]
    return ages[5:], infer


def parts() -> None:
    """Steps that have a goal in milliseconds."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (720, 1280, 3), np.uint8)
    from engine.detection.heads import HEADS

    feeding = HEADS["yolox"].feeding
    (letterbox,) = alternate(50, lambda: blob(image, place(image, (416, 416), feeding.fit), feeding), warm=3)
    objects = rng.integers(0, 60, 1000)
    corner = rng.uniform(0, 600, (60, 2))[objects] + rng.normal(0, 3, (1000, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(40, 90, (60, 2))[objects]], axis=1).astype(np.float32)
    score, classes = rng.random(1000, np.float32), objects % 80
    (suppressed,) = alternate(50, lambda: suppress(boxes, score, classes, 0.45), warm=3)
    print(f"letterbox and blob of a 720p frame: {letterbox * 1e3:.2f} ms, goal < 1.5 ms")
    print(f"NMS of 1,000 candidates of 60 objects: {suppressed * 1e3:.2f} ms, goal < 1 ms")


def with_weights(config: Path, folder: Path) -> Path:
    """The cfg if its weights lie beside it, else a copy in `folder` with random ones: as much to import and to run."""
    if config.with_suffix(".weights").is_file():
        return config
    return write_random_weights(config, folder)


def importing(config: Path) -> None:
    """The Darknet importer, new and from its cache."""
    from engine import paths

    for old in (paths.models() / "imported").glob("*.onnx"):
        old.unlink()
    start = time.perf_counter()
    import_onnx(config)
    first = time.perf_counter() - start
    (again,) = alternate(5, lambda: import_onnx(config))
    count = sum(1 for layer in read_plan(config).layers)
    print(f"import of {config.stem} ({count} layers): {first:.2f} s, goal < 5 s; again {again:.3f} s, goal < 0.3 s")


def main() -> None:
    """Run everything and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="an ONNX file")
    parser.add_argument("--cfg", type=Path, help="Darknet network; random weights where none lie beside it")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each live measurement")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video, lines = make_video(Path(folder) / "scene.mp4"), []
        if arguments.model:
            lines += throughput(arguments.model, video, FRAMES)
        if arguments.cfg:
            config = with_weights(arguments.cfg, Path(folder))
            importing(config)
            lines += throughput(config, video, FRAMES // 5)  # five times the work a frame
    show(f"Whole pipeline on a 720p file, least score {SETTINGS.confidence}", lines)
    parts()
    if arguments.model:
        live(arguments.model, arguments.seconds)


if __name__ == "__main__":
    main()
