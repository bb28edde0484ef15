"""The command `explain`: why does the model say what it says of these images."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from engine import explain, models
from engine.commands.base import Command, watched_job
from engine.errors import InvalidSetting
from engine.explain.explaining import owns_labels
from engine.explain.export import Row, as_json, explain_files
from engine.explain.methods import METHODS
from engine.explain.targets import SCORES, Target, find_class, target_of
from engine.explain.views import POSITIVE_MAPS, Look
from engine.images import find_images
from engine.models.catalog import FIRST_CLASSIFIER
from engine.models.preprocessing import SCALES


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="image file, or folder of images")
    parser.add_argument("--model", default=FIRST_CLASSIFIER, metavar="ID|FILE", help="catalog id or file (%(default)s)")
    parser.add_argument(
        "--method", default="grad-cam", choices=METHODS, metavar="NAME", help=f"{', '.join(METHODS)} (%(default)s)"
    )
    parser.add_argument(
        "--layer", metavar="NAME|a/b", help="layer name; in a nested network OUTER/INNER (last spatial one)"
    )
    parser.add_argument("--target", metavar="CLASS|INDEX", help="class by name or number (the top one of each image)")
    parser.add_argument("--against", metavar="CLASS|INDEX", help="explain the target minus this class")
    parser.add_argument("--score", choices=SCORES, default="logit", help="what is explained (%(default)s)")
    parser.add_argument("--output", type=int, default=0, metavar="N", help="output of a network with several (0)")
    parser.add_argument("--signed", action="store_true", help="draw also what speaks against the class")
    parser.add_argument("--colours", choices=POSITIVE_MAPS, default=Look().colours, help="colour map (%(default)s)")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="class names for your own model file")
    parser.add_argument("--scale", choices=sorted(SCALES), help="pixel scale of your own model file")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder for the files")
    parser.add_argument("--json", action="store_true", help="print one JSON object per image")


def _run(arguments: argparse.Namespace) -> int:
    files = find_images(arguments.images)
    job, line = watched_job()
    model = models.loading.load(arguments.model, job, arguments.labels, arguments.scale)
    explainer = explain.Explainer(model)
    target = _target(explainer, arguments)
    look = Look(signed=arguments.signed, colours=arguments.colours)
    failed = False
    rows = explain_files(
        explainer,
        files,
        arguments.out,
        arguments.method,
        arguments.layer,
        target,
        look,
        job,
        arguments.score,
        arguments.output,
    )
    for row in rows:
        line.clear()
        failed |= row.error is not None
        _print(row, model.card.id, arguments)
    return int(failed)


def _target(explainer: explain.Explainer, arguments: argparse.Namespace) -> Target | None:
    """The class that was asked for; None for each image's own top class."""
    output = explainer.output(arguments.output)
    own = owns_labels(explainer, arguments.output)
    labels = explainer.card.labels if own else ()

    def number(text: str) -> int:
        return find_class(labels, output.classes, text)

    if arguments.target is None:
        if arguments.against is not None:
            raise InvalidSetting(f"There is no class to hold “{arguments.against}” against.", "Name one with --target.")
        return None
    against = None if arguments.against is None else number(arguments.against)
    return target_of(explainer.card, output, number(arguments.target), against, arguments.score, own)


def _print(row: Row, model: str, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(as_json(row, model, arguments.method), ensure_ascii=False), flush=True)
    if row.explanation is None:
        print(f"error: {' '.join(str(row.error).split())}", file=sys.stderr)
    elif not arguments.json:
        found = row.explanation
        print(row.path)
        print(f"  {found.target.title} ({found.probability:.2%}, logit {found.logit:.2f})")
        print(f"  {METHODS[found.method].title}{f' at {found.layer}' if found.layer else ''}", end="")
        print(f", map {found.values.min():.4g} to {found.values.max():.4g}")
        for note in filter(None, (*found.notes, found.empty_message)):
            print(f"  ({note})")
        for file in row.files:
            print(f"  {file}")


COMMAND = Command("explain", "Show where a model looks, and save the maps.", _add_arguments, _run)
