"""What a command is, and the progress line of those that take long."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.jobs import Job, Progress


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the command line."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]  # returns the exit code; raises EngineError for a failure


class ProgressLine:
    """A job's progress on one line of the terminal, rewritten at most ten times a second; silent when piped."""

    def __init__(self) -> None:
        self._last = 0.0
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        """Show a step; the callback of a Job."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._last < 0.1:
            return
        self._last = now
        share = "" if progress.fraction is None else f"{progress.fraction:4.0%} "
        self._write(f"{share}{progress.note}")

    def clear(self) -> None:
        """Remove the line, so that the answer stands alone."""
        if self._width:
            self._write("")
            print(end="\r", file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        print(f"\r{text.ljust(self._width)}", end="", file=sys.stderr, flush=True)
        self._width = len(text)


def watched_job() -> tuple[Job, ProgressLine]:
    """A job shown on the terminal."""
    line = ProgressLine()
    return Job(line), line


@contextmanager
def interruptible(job: Job) -> Iterator[None]:
    """Ctrl-C and a polite kill cancel the job instead of the program: what is there by then is kept."""
    before = {name: signal.signal(name, lambda *_: job.cancel()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def positive(text: str) -> int:
    """Argument type: a whole number from 1."""
    return _at_least(1, text)


def natural(text: str) -> int:
    """Argument type: a whole number from 0."""
    return _at_least(0, text)


def fraction(text: str) -> float:
    """Argument type: a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, received {text}")
    return value


def _at_least(least: int, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least}, received {text}")
    return value
