"""The command `detect`: boxes on images, a video, a stream or a camera, as JSON, CSV, COCO or YOLO."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.commands.base import Command, fraction, interruptible, positive, watched_job
from engine.errors import EngineError, InvalidSetting
from engine.files import check_writable
from engine.jobs import Job
from engine.models.catalog import FIRST_DETECTOR

FORMATS = ("json", "csv", "coco", "yolo")
HEADS = ("darknet", "studio", "yolox", "yolov5", "yolov8", "end2end", "detr", "detr-raw", "nanodet")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    source = "image, folder, video, address, camera[:NAME], screen or synthetic"
    parser.add_argument("source", metavar="SOURCE", help=source)
    parser.add_argument(
        "--model", default=FIRST_DETECTOR, metavar="ID|FILE", help="catalog id, .onnx or .cfg (%(default)s)"
    )
    parser.add_argument("--labels", metavar="FILE", help="class names, one a line; or coco")
    parser.add_argument("--head", choices=HEADS, help="output head, if it is recognised wrongly")
    parser.add_argument(
        "--confidence", type=fraction, default=0.25, metavar="P", help="lowest score kept (%(default)s)"
    )
    parser.add_argument(
        "--iou",
        type=fraction,
        default=0.45,
        metavar="P",
        help="IoU above which NMS drops the weaker box (%(default)s)",
    )
    parser.add_argument("--classes", metavar="A,B", help="only these, by name or number")
    parser.add_argument("--agnostic", action="store_true", help="let boxes of different classes suppress each other")
    parser.add_argument("--track", action="store_true", help="number objects over time")
    parser.add_argument("--max-frames", type=positive, metavar="N", help="stop after so many frames")
    parser.add_argument("--json", metavar="FILE|-", help="write JSON; - prints it")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the results in the format below; yolo: a folder"
    )
    parser.add_argument("--format", choices=FORMATS, help="format of --save (json)")


def _run(arguments: argparse.Namespace) -> int:
    from engine.detection import catalog, exports
    from engine.detection.choices import Choices
    from engine.detection.detector import Settings
    from engine.video.mjpeg import shown_address
    from engine.video.spec import open_spec

    name = arguments.model
    _check_outputs(arguments)
    source = open_spec(arguments.source)
    job, line = watched_job()
    try:
        choices = Choices(labels=arguments.labels, head=arguments.head, threads=_all_cores() if source.live else 1)
        detector = catalog.open_named(name, choices, job)
        labels = detector.labels or tuple(detector.label(c) for c in range(detector.classes or 0))
        classes = exports.classes_from(arguments.classes, labels) if arguments.classes else None
        settings = Settings(arguments.confidence, arguments.iou, classes, arguments.agnostic)
        frames: list[exports.FrameResult] = []
        results = exports.Results(
            shown_address(arguments.source), name, detector.runtime.describe(), detector.label, frames
        )
        with interruptible(job):
            for frame in _detected(source, detector, settings, arguments, job):
                frames.append(frame)
    finally:
        line.clear()
    if arguments.save:
        exports.FORMATS[arguments.format or FORMATS[0]](results, arguments.save)
    if arguments.json == "-":
        print(exports.as_json(results), end="")
    elif arguments.json:
        exports.write_json(results, Path(arguments.json))
    if not arguments.json and not arguments.save:
        _print(results)
    for sentence in source.unreadable:
        print(f"error: {sentence}", file=sys.stderr)
    if job.cancelled:
        print("error: stopped by the user; what was found until then is kept", file=sys.stderr)
    return 1 if source.unreadable or job.cancelled else 0


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Raise InvalidSetting for what could not be written at the end of the work."""
    if arguments.format and not arguments.save:
        raise InvalidSetting(f"--format {arguments.format} is for --save.", "Name the file with --save.")
    for option in ("json", "labels", "classes"):
        if getattr(arguments, option) == "":
            raise InvalidSetting(f"--{option} is empty.", "Give it a value, or leave it out.")
    if arguments.json and arguments.json != "-":
        check_writable(Path(arguments.json))
    if arguments.save:
        folder = arguments.format == "yolo"
        check_writable(arguments.save / "labels.txt" if folder and not arguments.save.is_file() else arguments.save)


def _detected(source, detector, settings, arguments: argparse.Namespace, job: Job) -> Iterator:  # type: ignore[no-untyped-def]
    """A FrameResult a frame, in order; the capture is stopped however the loop ends."""
    from engine.detection.exports import FrameResult
    from engine.detection.lanes import Lanes
    from engine.detection.pipeline import find, follow
    from engine.detection.tracking import Tracker
    from engine.detection.trimming import Fitting
    from engine.detection.view import Options
    from engine.video.capture import Capture
    from engine.video.files import ImageFiles

    options, tracker, done = Options(settings, track=arguments.track), Tracker(), 0
    lanes: Lanes = Lanes(1 if source.live else detector.runtime.lanes)
    try:
        with Capture(source, own_speed=False) as capture:
            fitting = Fitting()

            def begin(frame) -> None:  # type: ignore[no-untyped-def]
                fitted = fitting(detector, frame.size) if source.steady else detector
                lanes.give(frame, lambda frame: find(fitted, frame.image, options))

            for frame, outcome in _in_order(capture, lanes, begin, arguments.max_frames, job):
                found = outcome.result()[0]
                if arguments.track:
                    found = follow(tracker, found, frame.time_s, settings.confidence)
                done += 1
                granted = capture.status.granted
                job.report(done, arguments.max_frames or (granted and granted.frames) or 0, f"{done} frames")
                name = source.names[frame.index] if isinstance(source, ImageFiles) else ""
                yield FrameResult(frame.index, frame.time_s, frame.size, found, name)
                if job.cancelled:
                    return
    finally:
        lanes.close()
    if done == 0:
        raise EngineError(f"“{source.name}” gave no frame.", "Check that it can be played.")


def _in_order(capture, lanes, begin, limit: int | None, job: Job) -> Iterator:  # type: ignore[no-untyped-def]
    """(frame, future) of every frame up to the limit, as many at once as there are lanes; none after a cancel."""
    from engine.video.capture import State

    given = 0
    while True:
        frame = None
        if not lanes.full and given != limit:
            frame = capture.take(0 if len(lanes) else 0.2)
        if frame is not None:
            begin(frame)
            given += 1
        elif len(lanes):
            yield lanes.take()
        else:
            status = capture.status
            job.checkpoint()
            if status.state is State.FAILED or (status.state is State.LOST and status.tries > 2):
                raise EngineError(status.message)
            if capture.finished or given == limit:
                return


def _all_cores() -> int:
    import os

    return os.cpu_count() or 1


def _print(results) -> None:  # type: ignore[no-untyped-def]
    from engine.detection.exports import frame_dict

    for frame in results.frames:
        for d in frame_dict(frame, results.label)["detections"]:
            box = " ".join(f"{v:7.1f}" for v in d["box"])
            track = "" if d["track_id"] is None else f"  #{d['track_id']}"
            print(f"{frame.index:6d}  {d['score']:.2f}  {box}  {d['label']}{track}")
    total = sum(len(frame.found) for frame in results.frames)
    print(f"{total} detections in {len(results.frames)} frames ({results.runtime})", file=sys.stderr)


COMMAND = Command("detect", "Find objects in images, videos, streams and camera pictures.", _add_arguments, _run)
