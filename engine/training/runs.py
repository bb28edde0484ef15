"""Runs on disk: one folder a training, readable by people, written so that a crash leaves the last good state."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict, astuple, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import EngineError, InvalidSetting
from engine.files import write_text
from engine.training.config import TrainingConfig, from_json, to_json
from engine.training.live import EpochRow
from engine.training.lock import training_lock
from engine.training.run import STATUSES, DataFacts, Run, State, Unreadable

FORMAT = 1  # of config.json and state.json; a newer one is shown as unreadable
NAMED = 5  # runs in the sentence on one that is not there


def create_run(config: TrainingConfig, folder: Path | None = None, title: str = "") -> Run:
    """A new run in `folder`, which is made and must be empty; by default one among the user's runs.

    Raises InvalidSetting for a bad config, or a folder that cannot be used.
    """
    config.validate()
    now = datetime.now(UTC)
    words = f"{Path(config.data.data).name} {config.network.network}"
    path = _claimed(folder) if folder else _fresh(f"{now:%Y%m%d-%H%M%S}-{_slug(words)}")
    run = Run(path, title or words, "", now.isoformat(timespec="seconds"), config, State(), ())
    save_config(run)
    save_state(run)
    return run


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _claimed(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise InvalidSetting(f"No run can be made in {folder}: {error.strerror}.", "Choose another folder.") from error
    if taken:
        raise InvalidSetting(f"The folder {folder} is not empty.", "Choose a new one, or go on with --resume.")
    return folder


def _fresh(stem: str) -> Path:
    """A new folder among the user's runs; two that begin within one second get different names."""
    for number in range(1, 10_000):
        path = paths.runs() / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            continue
        except OSError as error:
            raise InvalidSetting(
                f"No run can be made in {path.parent}: {error.strerror}.", "Make room there."
            ) from error
    raise InvalidSetting(f"There are too many runs named {stem}.", "Move some of them away.")


def save_config(run: Run) -> None:
    """Write config.json: title, note, settings, facts of the data."""
    values = {
        "format": FORMAT,
        "title": run.title,
        "note": run.note,
        "created": run.created,
        "config": to_json(run.config),
        "data": None if run.data is None else asdict(run.data),
    }
    write_text(run.file("config.json"), json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def save_state(run: Run) -> None:
    """Write state.json."""
    write_text(run.file("state.json"), json.dumps({"format": FORMAT, **asdict(run.state)}, indent=2) + "\n")


def save_history(run: Run) -> None:
    """Write history.csv, whole."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(field.name for field in fields(EpochRow))
    table.writerows(astuple(row) for row in run.history)
    write_text(run.file("history.csv"), text.getvalue())


def read_run(path: Path) -> Run:
    """Read a run. Raises InvalidSetting, saying what is wrong, for a folder edited by hand or from a newer version."""
    if not path.is_dir():
        known = [item.path.name for item in list_runs(path.parent)[:NAMED]]
        there = f"The newest there: {', '.join(known)}." if known else "There is none yet: train one first."
        raise InvalidSetting(f"There is no run “{path.name}” in {path.parent}.", there)
    if not (path / "config.json").is_file():
        raise InvalidSetting(f"The folder {path} is no run: it holds no config.json.", "Give the folder of a run.")
    try:
        values = _versioned(path / "config.json")
        data = values["data"]
        return Run(
            path=path,
            title=str(values["title"]),
            note=str(values["note"]),
            created=str(values["created"]),
            config=from_json(values["config"]),
            state=_state(_versioned(path / "state.json")),
            history=_history(path / "history.csv"),
            data=None if data is None else DataFacts(**{name: _tupled(value) for name, value in data.items()}),
        )
    except EngineError as error:
        raise InvalidSetting(f"The run “{path.name}” cannot be read: {error.message}", error.hint) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidSetting(
            f"The run “{path.name}” cannot be read: {type(error).__name__} {error}.",
            "It was edited or comes from another version; nothing was changed.",
        ) from error


def list_runs(parent: Path | None = None) -> list[Run | Unreadable]:
    """Every folder among the runs, newest first."""
    parent = parent or paths.runs()
    if not parent.is_dir():
        return []
    folders = (path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [_readable(path) for path in sorted(folders, key=lambda path: path.name, reverse=True)]


def _readable(path: Path) -> Run | Unreadable:
    try:
        return read_run(path)
    except InvalidSetting as error:
        return Unreadable(path, str(error))


def rename(run: Run, title: str) -> Run:
    """Give a run another title; the folder keeps its name."""
    renamed = replace(run, title=title.strip() or run.title)
    save_config(renamed)
    return renamed


def annotate(run: Run, note: str) -> Run:
    """Keep a note with a run."""
    noted = replace(run, note=note)
    save_config(noted)
    return noted


def extend(run: Run, epochs: int) -> Run:
    """Let a run go on for `epochs` more than it was meant to; the second part of a transfer, where it has one.

    Raises InvalidSetting for more epochs than a run may have; the run is then as it was.
    """
    if epochs < 1:
        raise InvalidSetting(f"A run cannot be extended by {epochs} epochs.", "Give a number from 1.")
    config = run.config
    if config.tunes:
        longer = replace(config.transfer, fine_tune_epochs=len(run.history) - config.learning.epochs + epochs)
        config = replace(config, transfer=longer)
    else:
        config = replace(config, learning=replace(config.learning, epochs=len(run.history) + epochs))
    config.validate()
    extended = replace(run, config=config, state=replace(run.state, status="stopped", message=""))
    save_config(extended)
    save_state(extended)
    return extended


def trash(run: Run | Unreadable) -> None:
    """Move a run to the system's trash. Raises InvalidSetting while it is being trained, or where there is no trash."""
    import send2trash

    with training_lock(run.path):
        pass
    try:
        send2trash.send2trash(run.path)
    except OSError as error:
        raise InvalidSetting(
            f"“{run.path.name}” could not be moved to the trash: {error}.", "Remove it yourself."
        ) from error


def _versioned(path: Path) -> dict[str, Any]:
    values = json.loads(path.read_text(encoding="utf-8"))
    if (found := values.pop("format")) != FORMAT:
        raise InvalidSetting(f"“{path.name}” has format {found}; this program reads {FORMAT}.", "Update CNN Studio.")
    return values


def _state(values: dict[str, Any]) -> State:
    if values["status"] not in STATUSES:
        raise ValueError(f"status {values['status']!r}")
    return State(**{name: _tupled(value) for name, value in values.items()})


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _history(path: Path) -> tuple[EpochRow, ...]:
    if not path.is_file():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(_row(row) for row in rows)


def _row(texts: dict[str, str]) -> EpochRow:
    values: dict[str, Any] = {name: float(text) for name, text in texts.items()}
    return EpochRow(**(values | {"epoch": int(texts["epoch"])}))
