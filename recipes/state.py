"""The state of a training between two parts of it: all weights and all of the optimizer's memory, in one file.

Not Keras' own `.keras` file: that forgets which weights the optimizer was told to leave out of weight decay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from engine.files import write_text


def done(state: Path, resume: bool, plan: str) -> int:
    """Parts that need not be done again, to be asked before anything else is. plan: what is to be trained, in words.

    Raises SystemExit where going on was not asked for, or what is there was begun with another plan.
    """
    if not (state / "progress.json").exists():
        return 0
    if not resume:
        raise SystemExit(f"{state} holds an unfinished training: give --resume, or remove it.")
    progress = _progress(state)
    if progress["plan"] != plan:
        raise SystemExit(f"{state} was begun with {progress['plan']}, not with {plan}: give the same, or remove it.")
    return int(progress["done"])


def keep(network: keras.Model, parts: int, minutes: float, state: Path, plan: str) -> None:
    """Save a compiled network after `parts` parts that took `minutes`; the old file goes after the new one stands."""
    state.mkdir(parents=True, exist_ok=True)
    name = f"part{parts}.npz"
    np.savez(state / name, *[keras.ops.convert_to_numpy(v) for v in variables(network)])
    write_text(state / "progress.json", json.dumps({"plan": plan, "done": parts, "minutes": minutes, "file": name}))
    for old in state.glob("part*.npz"):
        if old.name != name:
            old.unlink()


def restore(network: keras.Model, state: Path) -> float:
    """Bring a compiled network back to what `keep` saved; the minutes taken so far."""
    progress = _progress(state)
    network.optimizer.build(network.trainable_variables)
    with np.load(state / progress["file"]) as saved:
        for variable, name in zip(variables(network), saved.files, strict=True):
            variable.assign(saved[name])
    return float(progress["minutes"])


def variables(network: keras.Model) -> list[keras.Variable]:
    """Those of the network and those of its optimizer, in a fixed order."""
    return [*network.variables, *network.optimizer.variables]


def _progress(state: Path) -> dict[str, Any]:
    return json.loads((state / "progress.json").read_text(encoding="utf-8"))
