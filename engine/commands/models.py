"""The command `models`: which models there are, what is known of one, fetching and importing weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine import models
from engine.commands.base import Command, watched_job
from engine.models import store
from engine.models.catalog import entries, entry


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="all models and whether they are on this machine (the default)")
    for name, text in (("info", "what is known of a model"), ("download", "fetch the weights of a model")):
        actions.add_parser(name, help=text).add_argument("id", metavar="ID")
    importing = actions.add_parser("import", help="use a weights file you have")
    importing.add_argument("id", metavar="ID")
    importing.add_argument("file", type=Path, metavar="FILE", help=".h5 or .weights.h5")
    importing.add_argument("--labels", type=Path, metavar="FILE", help="class names, if not beside the file")


def _run(arguments: argparse.Namespace) -> int:
    return ACTIONS[arguments.action or "list"](arguments)


def _list(_: argparse.Namespace) -> int:
    known = entries()
    width = max(map(len, known))
    for model_id, model in known.items():
        size = "" if model.card.megabytes is None else f"{model.card.megabytes:g} MB"
        print(f"{model_id:<{width}}  {store.state(model):<8}  {size:>7}  {model.card.about}")
    return 0


def _info(arguments: argparse.Namespace) -> int:
    model = entry(arguments.id)
    card = model.card
    how = card.preprocessing
    facts = {
        "id": card.id,
        "title": card.title,
        "task": card.task,
        "about": card.about,
        "state": store.state(model),
        "file": store.weights_path(model) or "",
        "classes": model.classes,
        "labels": ", ".join(store.class_labels(model)[:10]) + (" ..." if model.classes > 10 else ""),
        "input": f"{how.height} x {how.width} x {how.channels}, fit “{how.fit}”, scale “{how.scale}”",
        "parameters": f"{card.parameters:,}" if card.parameters else "",
        "accuracy": card.accuracy,
        "made": card.made,
        "licence": card.licence,
    }
    if (receipt := store.receipt(model)) is not None:
        facts |= {
            "origin": receipt.origin,
            "sha256": receipt.sha256,
            "verified": receipt.verified,
            "since": receipt.date,
        }
    facts |= {name.replace("_", " "): value for name, value in card.details.items()}
    for name, value in facts.items():
        if value not in ("", None):
            print(f"{name + ':':<12} {value}")
    return 0


def _download(arguments: argparse.Namespace) -> int:
    job, line = watched_job()
    try:
        path = models.acquire.download(arguments.id, job)
    finally:
        line.clear()
    print(f"{arguments.id} is ready: {path}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    path = models.acquire.import_weights(arguments.id, arguments.file, arguments.labels)
    print(f"{arguments.id} is ready: {path}")
    if not store.class_labels(entry(arguments.id)):
        print("Its class names are not on this machine: classes are shown by number. Give them with --labels FILE.")
    return 0


ACTIONS = {"list": _list, "info": _info, "download": _download, "import": _import}

COMMAND = Command("models", "List, describe, fetch and import models.", _add_arguments, _run)
