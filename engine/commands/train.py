"""The command `train`: train a network, or go on with a run, and say how good it became."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from engine import paths, training
from engine.commands.base import Command, interruptible, positive, watched_job
from engine.data.settings import DataSettings
from engine.errors import EngineError, InvalidSetting
from engine.models.architectures.kinds import NETWORKS
from engine.training.config import TrainingConfig, all_options, sections, with_values
from engine.training.live import Live
from engine.training.run import Run
from engine.training.runs import create_run, extend, read_run

_USUAL = sections(TrainingConfig())
_SETTINGS = "settings for --set, with their defaults:\n" + "\n".join(
    f"  {name:<20} {getattr(_USUAL[section], name)!s:<9} {known.help}"
    for name, (section, known) in all_options().items()
    if name not in ("data", "network")
)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _SETTINGS.replace("%", "%%")
    parser.add_argument(
        "--data", metavar="ID|DIR|FILE", help="shapes, digits, mnist, ..., a folder of class folders, .npz"
    )
    parser.add_argument(
        "--network", metavar="ID", help=f"{', '.join(NETWORKS)}, or a catalog id to build upon (default: textbook)"
    )
    parser.add_argument("--epochs", type=positive, metavar="N", help="passes over the data; with --resume: N more")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting, see below")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the run (default: a new one in your runs folder)"
    )
    parser.add_argument("--resume", metavar="RUN", help="resume a run: its folder or its name")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    run = _resumed(arguments) if arguments.resume else _new(arguments)
    job, line = watched_job()
    live = Live()
    try:
        with interruptible(job):  # a training ends at the next batch, with a run that can be resumed
            outcome = training.train(run, live, job)
    finally:
        line.clear()
    for message in (*_left_out(outcome.run), *outcome.run.state.notes, *live.status.messages):
        print(f"note: {message}", file=sys.stderr)
    if outcome.status == "failed":
        raise EngineError(outcome.message)
    if outcome.status == "stopped":
        print(f"error: {outcome.message} Go on with: train --resume {outcome.run.path}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(summary(outcome.run)))
    else:
        _print(outcome.run, outcome.message)
    return 1 if outcome.status == "stopped" else 0


def _left_out(run: Run) -> list[str]:
    broken = run.data.broken if run.data else 0
    return [f"{broken} of the files cannot be read as images and are left out."] if broken else []


def _new(arguments: argparse.Namespace) -> Run:
    if not arguments.data:
        raise InvalidSetting("There is no data to train on.", "Give --data ID, DIR or FILE; or --resume RUN.")
    assignments = [f"data={arguments.data}"]
    if arguments.network:
        assignments.append(f"network={arguments.network}")
    if arguments.epochs:
        assignments.append(f"epochs={arguments.epochs}")
    config = with_values(TrainingConfig(), [*assignments, *arguments.set])
    return create_run(replace(config, data=_absolute(config.data)), arguments.out)


def _absolute(data: DataSettings) -> DataSettings:
    """A run is resumed from anywhere, so a path to data is kept whole."""
    path = Path(data.data).expanduser()
    return replace(data, data=str(path.resolve())) if path.exists() else data


def _resumed(arguments: argparse.Namespace) -> Run:
    if arguments.data or arguments.network or arguments.set or arguments.out:
        raise InvalidSetting("A run keeps its settings.", "Give --resume alone, or with --epochs N to extend it.")
    path = Path(arguments.resume)
    run = read_run(path if path.is_dir() else paths.runs() / arguments.resume)
    if arguments.epochs:
        return extend(run, arguments.epochs)
    if len(run.history) >= run.config.total_epochs:
        raise InvalidSetting(f"“{run.title}” has trained all its epochs.", "Extend it with --epochs N.")
    return run


def summary(run: Run) -> dict[str, object]:
    """The figures of the last epoch, and of the whole run."""
    last = run.history[-1] if run.history else None
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return {
        "run": str(run.path),
        "epochs": len(run.history),
        **{name: getattr(last, name) if last else None for name in names},
        "seconds": round(run.seconds, 3),
        "images_per_second": round(last.images_per_second, 1) if last else None,
    }


def _print(run: Run, message: str) -> None:
    for row in run.history:
        print(
            f"epoch {row.epoch:>3}  loss {row.loss:.4f}  accuracy {row.accuracy:.2%}"
            f"  val loss {row.val_loss:.4f}  val accuracy {row.val_accuracy:.2%}  {row.seconds:.1f} s"
        )
    if message:
        print(message)
    if run.best:
        print(f"best: epoch {run.best.epoch}, validation accuracy {run.best.val_accuracy:.2%}")
    if run.state.test_accuracy is not None:
        print(f"test accuracy: {run.state.test_accuracy:.2%}")
    print(f"run: {run.path}")


COMMAND = Command("train", "Train a network and keep the run.", _add_arguments, _run)
