"""The state of a training between two parts of it: all weights and all of the optimizer's memory, in one file.

Not Keras' own `.keras` file: that forgets which weights the optimizer was told to leave out of weight decay.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np


def unfinished(state: Path, resume: bool) -> bool:
    """Whether there is something to go on from. Raises SystemExit where that was not asked for."""
    found = (state / "progress.json").exists()
    if found and not resume:
        raise SystemExit(f"{state} holds an unfinished training: give --resume, or remove it.")
    return found


def keep(network: keras.Model, done: int, minutes: float, state: Path) -> None:
    """Save a compiled network after `done` parts that took `minutes`; the old file goes after the new one stands."""
    state.mkdir(parents=True, exist_ok=True)
    name = f"part{done}.npz"
    np.savez(state / name, *[keras.ops.convert_to_numpy(v) for v in variables(network)])
    (state / "progress.json").write_text(json.dumps({"done": done, "minutes": minutes, "file": name}))
    for old in state.glob("part*.npz"):
        if old.name != name:
            old.unlink()


def restore(network: keras.Model, state: Path) -> tuple[int, float]:
    """Bring a compiled network back to what `keep` saved; parts done and minutes taken so far."""
    progress = json.loads((state / "progress.json").read_text())
    network.optimizer.build(network.trainable_variables)
    with np.load(state / progress["file"]) as saved:
        for variable, name in zip(variables(network), saved.files, strict=True):
            variable.assign(saved[name])
    return int(progress["done"]), float(progress["minutes"])


def variables(network: keras.Model) -> list[keras.Variable]:
    """Those of the network and those of its optimizer, in a fixed order."""
    return [*network.variables, *network.optimizer.variables]
