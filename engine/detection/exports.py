"""Results as files: JSON, CSV, COCO's results and YOLO's label files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.detection.boxes import to_centres
from engine.detection.detections import Detections
from engine.errors import InvalidSetting
from engine.files import write_text, written_aside


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """What was found on one frame."""

    index: int
    time_s: float
    size: tuple[int, int]  # width and height of the frame in pixels
    found: Detections
    name: str = ""  # file of the picture, where it has one: below the folder that was given


@dataclass
class Results:
    """Everything found in one source."""

    source: str
    model: str
    runtime: str
    label: Callable[[int], str]
    frames: Collection[FrameResult] = field(default_factory=list)


def frame_dict(frame: FrameResult, label: Callable[[int], str]) -> dict[str, Any]:
    """One frame as plain data; boxes in pixels of the source."""
    found = frame.found
    ids = [None] * len(found) if found.track_id is None else [int(t) if t >= 0 else None for t in found.track_id]
    return {
        "index": frame.index,
        **({"file": frame.name} if frame.name else {}),
        "time_s": round(frame.time_s, 4),
        "detections": [
            {
                "label": label(int(class_id)),
                "class_id": int(class_id),
                "score": round(float(score), 4),
                "box": [round(float(v), 2) for v in box],
                "track_id": track,
            }
            for box, score, class_id, track in zip(found.xyxy, found.score, found.class_id, ids, strict=True)
        ],
    }


def as_json(results: Results) -> str:
    """{"source", "model", "runtime", "frames": [...]} with a line a frame."""
    head = {"source": results.source, "model": results.model, "runtime": results.runtime}
    lines = ",\n".join(json.dumps(frame_dict(frame, results.label), ensure_ascii=False) for frame in results.frames)
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "frames": [\n{lines}\n]}}\n'


def write_json(results: Results, path: Path) -> None:
    """The JSON of `as_json`."""
    write_text(path, as_json(results))


def write_csv(results: Results, path: Path) -> None:
    """A line a box."""
    columns = ["frame", "time_s", "label", "class_id", "score", "left", "top", "right", "bottom", "track_id", "file"]
    with written_aside(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for frame in results.frames:
            for d in frame_dict(frame, results.label)["detections"]:
                track = "" if d["track_id"] is None else d["track_id"]
                row = [frame.index, round(frame.time_s, 4), d["label"], d["class_id"], d["score"], *d["box"], track]
                writer.writerow([*row, frame.name])


def write_coco(results: Results, path: Path) -> None:
    """COCO's dataset form with scores: images, categories, annotations with left, top, width, height."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    categories: dict[int, str] = {}
    for number, frame in enumerate(results.frames, start=1):
        width, height = frame.size
        name = frame.name or f"frame_{frame.index:06d}"
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        for d in frame_dict(frame, results.label)["detections"]:
            left, top, right, bottom = d["box"]
            box = [left, top, round(right - left, 2), round(bottom - top, 2)]
            categories[d["class_id"]] = d["label"]
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": d["class_id"], "bbox": box,
                 "area": round(box[2] * box[3], 2), "iscrowd": 0, "score": d["score"]}
            )  # fmt: skip
    named = [{"id": class_id, "name": name} for class_id, name in sorted(categories.items())]
    write_text(
        path, json.dumps({"images": images, "categories": named, "annotations": annotations}, ensure_ascii=False)
    )


def write_yolo(results: Results, path: Path) -> None:
    """A folder of label files, one a frame: class, centre x, centre y, width, height as fractions, score.

    They lie and are called as the pictures, with `.txt`; where two pictures differ in nothing but the suffix, the
    label file of the second keeps it: `a.txt`, `a.png.txt`.
    """
    if path.is_file():
        raise InvalidSetting(f"“{path.name}” is a file, but YOLO labels need a folder.", "Name a folder.")
    path.mkdir(parents=True, exist_ok=True)
    taken: set[Path] = set()
    for frame in results.frames:
        width, height = frame.size
        centres = to_centres(frame.found.xyxy) / [width, height, width, height]
        rows = zip(frame.found.class_id, centres, frame.found.score, strict=True)
        text = "".join(f"{c} {' '.join(f'{v:.6f}' for v in box)} {score:.4f}\n" for c, box, score in rows)
        file = path / (frame.name or f"frame_{frame.index:06d}")
        labels = file.with_suffix(".txt") if file.with_suffix(".txt") not in taken else Path(f"{file}.txt")
        taken.add(labels)
        write_text(labels, text)


FORMATS: dict[str, Callable[[Results, Path], None]] = {
    "json": write_json,
    "csv": write_csv,
    "coco": write_coco,
    "yolo": write_yolo,
}


def classes_from(text: str, labels: Iterable[str]) -> frozenset[int]:
    """Class numbers from names or numbers with commas between. Raises InvalidSetting for a class there is not."""
    known = {name.casefold(): number for number, name in enumerate(labels)}
    chosen = set()
    for part in (p.strip() for p in text.split(",")):
        if part.casefold() in known:
            chosen.add(known[part.casefold()])
        elif part.isdecimal() and (not known or int(part) < len(known)):
            chosen.add(int(part))
        else:
            raise InvalidSetting(f"The model has no class “{part}”.", f"It has: {', '.join(list(known)[:12])} ...")
    return frozenset(chosen)
