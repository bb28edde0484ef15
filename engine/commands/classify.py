"""The command `classify`: what do these images show."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine import classification, models
from engine.classification import export
from engine.classification.rows import Row
from engine.commands.base import Command, positive, watched_job
from engine.files import check_writable
from engine.images import find_images
from engine.models.catalog import FIRST_CLASSIFIER
from engine.models.preprocessing import SCALES


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="image file, or folder of images")
    parser.add_argument("--model", default=FIRST_CLASSIFIER, metavar="ID|FILE", help="catalog id or file (%(default)s)")
    parser.add_argument("--top", type=positive, default=5, metavar="N", help="classes to show (%(default)s)")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="class names for your own model file")
    parser.add_argument("--scale", choices=sorted(SCALES), help="pixel scale of your own model file")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object per image")
    form.add_argument("--csv", type=Path, metavar="FILE", help="write a table")


def _run(arguments: argparse.Namespace) -> int:
    files = find_images(arguments.images)
    if arguments.csv is not None:
        check_writable(arguments.csv)
    job, line = watched_job()
    model = models.loading.load(arguments.model, job, arguments.labels, arguments.scale)
    classifier = classification.Classifier(model)
    rows = _flat(classification.classify_files(classifier, files, arguments.top, job))
    failures: list[Row] = []

    def watched() -> Iterator[Row]:
        for row in rows:
            line.clear()
            if row.error is not None:
                failures.append(row)
            yield row

    _write(arguments, watched(), model.card.id)
    line.clear()
    for row in failures:
        print(f"error: {' '.join(str(row.error).split())}", file=sys.stderr)
    return 1 if failures else 0


def _flat(batches: Iterable[list[Row]]) -> Iterator[Row]:
    for batch in batches:
        yield from batch


def _write(arguments: argparse.Namespace, rows: Iterator[Row], model: str) -> None:
    if arguments.csv is not None:
        export.write_csv(rows, model, arguments.csv)
        return
    for row in rows:
        if arguments.json:
            print(json.dumps(export.as_json(row, model), ensure_ascii=False), flush=True)
        elif row.answer is not None:
            _print_row(row)


def _print_row(row: Row) -> None:
    assert row.answer is not None
    print(row.path)
    for note in row.notes:
        print(f"  ({note})")
    for prediction in row.answer.predictions:
        print(f"  {prediction.probability:7.2%}  {prediction.label}")


COMMAND = Command("classify", "Say what images show.", _add_arguments, _run)
