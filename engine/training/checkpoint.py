"""The whole state of a training in one file: weights, optimiser, and what the waits have counted."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

from engine.errors import InvalidSetting
from engine.files import written_aside
from engine.training.schedule import Patience


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands after an epoch, beside the weights."""

    epoch: int = 0  # epochs done
    rows: int = 0  # batch rows written
    stopping: Patience = field(default_factory=Patience)
    plateau: Patience = field(default_factory=Patience)
    rate_factor: float = 1.0  # product of the plateau's cuts
    best_epoch: int = 0


def save_checkpoint(path: Path, trainer: keras.Model, progress: Progress) -> None:
    """Write aside, then rename: after a crash or a full disk the older checkpoint is still whole."""
    arrays = {f"w{i}": np.asarray(variable) for i, variable in enumerate(trainer.variables)}
    arrays |= {f"o{i}": np.asarray(variable) for i, variable in enumerate(trainer.optimizer.variables)}
    arrays["progress"] = np.frombuffer(json.dumps(asdict(progress)).encode(), np.uint8)
    with written_aside(path) as aside:
        np.savez(aside, **arrays)  # type: ignore[arg-type]


def read_progress(path: Path) -> Progress:
    """The progress alone. Raises InvalidSetting for a damaged file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            values = json.loads(arrays["progress"].tobytes())
        stopping, plateau = Patience(**values.pop("stopping")), Patience(**values.pop("plateau"))
        return Progress(stopping=stopping, plateau=plateau, **values)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InvalidSetting(
            f"The backup “{path.name}” cannot be read: {error}.", "Start a new run; best.keras may still be whole."
        ) from error


def restore(path: Path, trainer: keras.Model, optimiser: bool = True) -> None:
    """Put the saved values into the trainer's variables, and the optimiser's if wanted. Raises InvalidSetting."""
    trainer.optimizer.build(trainer.trainable_variables)
    groups = [("w", trainer.variables)] + ([("o", trainer.optimizer.variables)] if optimiser else [])
    with np.load(path, allow_pickle=False) as arrays:
        for letter, variables in groups:
            for index, variable in enumerate(variables):
                value = arrays.get(f"{letter}{index}")
                if value is None or value.shape != tuple(variable.shape):
                    raise InvalidSetting(
                        f"The backup does not fit the network at “{variable.path}”.",
                        "The run was made with other settings or another version; start a new run.",
                    )
                variable.assign(value)
