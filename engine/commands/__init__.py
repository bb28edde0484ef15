"""The command line: one module a command, each with its arguments and what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from engine import __version__
from engine.commands import classify, detect, explain, models, playground, train, visualize
from engine.commands.base import Command
from engine.errors import Cancelled, EngineError, describe

COMMANDS: tuple[Command, ...] = (
    classify.COMMAND,
    detect.COMMAND,
    explain.COMMAND,
    visualize.COMMAND,
    models.COMMAND,
    playground.COMMAND,
    train.COMMAND,
)


def build_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of `python main.py`; without a command the window opens."""
    parser = argparse.ArgumentParser(
        prog="cnn-studio",
        description="A laboratory for convolutional neural networks. Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"CNN Studio {__version__}")
    chosen = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in commands:
        sub = chosen.add_parser(command.name, help=command.help, description=command.help)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen command. Exit code 0, or 1 with one line on stderr (2, for bad usage, is argparse's own)."""
    try:
        return arguments.run(arguments)
    except EngineError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    except (Cancelled, KeyboardInterrupt):
        print("error: stopped by the user", file=sys.stderr)
    except OSError as error:
        print(f"error: {describe(error)}", file=sys.stderr)
    return 1
