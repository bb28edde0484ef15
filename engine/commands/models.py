"""The command `models`: which models there are, what is known of one, fetching and importing them."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.commands.base import Command, watched_job
from engine.commands.shelves import SHELVES, shelf_of


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="all models and whether they are on this machine (the default)")
    for name, text in (("info", "what is known of a model"), ("download", "fetch a model")):
        actions.add_parser(name, help=text).add_argument("id", metavar="ID")
    importing = actions.add_parser("import", help="use a file you have for a known model")
    importing.add_argument("id", metavar="ID")
    importing.add_argument("file", type=Path, metavar="FILE", help=".h5 or .weights.h5; .onnx for a detector")
    importing.add_argument("--labels", type=Path, metavar="FILE", help="class names, if not beside the file")


def _run(arguments: argparse.Namespace) -> int:
    return ACTIONS[arguments.action or "list"](arguments)


def _list(_: argparse.Namespace) -> int:
    rows = [row for shelf in SHELVES for row in shelf.rows()]
    width = max(len(row.id) for row in rows)
    for row in rows:
        print(f"{row.id:<{width}}  {row.state:<8}  {row.size:>7}  {row.about}")
    return 0


def _info(arguments: argparse.Namespace) -> int:
    for name, value in shelf_of(arguments.id).facts(arguments.id).items():
        if value not in ("", None):
            print(f"{name + ':':<12} {value}")
    return 0


def _download(arguments: argparse.Namespace) -> int:
    shelf = shelf_of(arguments.id)
    job, line = watched_job()
    try:
        path = shelf.download(arguments.id, job)
    finally:
        line.clear()
    print(f"{arguments.id} is ready: {path}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    path, remark = shelf_of(arguments.id).take_in(arguments.id, arguments.file, arguments.labels)
    print(f"{arguments.id} is ready: {path}")
    if remark:
        print(remark)
    return 0


ACTIONS = {"list": _list, "info": _info, "download": _download, "import": _import}

COMMAND = Command("models", "List, describe, fetch and import models.", _add_arguments, _run)
