"""Import a `.cfg` with its `.weights`: to ONNX, kept by the hash of both, and to Keras when it is to be explained."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine import paths
from engine.detection import darknet
from engine.detection.darknet import cfg, to_onnx, weights
from engine.detection.darknet.layers import Plan, plan
from engine.errors import InvalidModel
from engine.files import digest, written_aside
from engine.jobs import Job

if TYPE_CHECKING:
    import keras

VERSION = 1  # of what the ONNX writer makes; a change leaves older files unused


def weights_beside(config: Path) -> Path:
    """`NAME.weights` of `NAME.cfg`. Raises InvalidModel when it is not there."""
    path = config.with_suffix(".weights")
    if not path.is_file():
        raise InvalidModel(f"“{config.name}” has no weights beside it.", f"Put {path.name} into the same folder.")
    return path


def read_plan(config: Path, size: tuple[int, int] | None = None) -> Plan:
    """The network a `.cfg` describes. Raises InvalidModel when it is not one that can be imported."""
    try:
        text = config.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidModel(f"“{config.name}” cannot be read: {error.strerror}.", f"Expected it at {config}.") from error
    return plan(cfg.parse(text), size)


def import_onnx(config: Path, size: tuple[int, int] | None = None, job: Job = Job.silent()) -> Path:
    """The ONNX file of a Darknet network, written now or found in the cache.

    size: width and height of the input instead of the cfg's. Raises InvalidModel when cfg and weights do not fit.
    """
    network = read_plan(config, size)
    source = weights_beside(config)
    job.report(0, 2, f"Reading “{source.name}”")
    key = hashlib.sha256(f"{VERSION} {network} {digest(source)}".encode()).hexdigest()[:32]
    target = paths.models() / "imported" / f"{config.stem}-{key}.onnx"
    if target.is_file():
        os.utime(target)  # so that the user can tell which ones are in use
        return target
    parameters = weights.read(source, network)
    job.checkpoint()
    job.report(1, 2, f"Writing “{config.stem}” as ONNX")
    with written_aside(target) as aside:
        to_onnx.write(network, parameters, aside)
    return target


def import_keras(config: Path, size: tuple[int, int] | None = None) -> keras.Model:
    """The same network in Keras, with one output a [yolo] layer, channels last."""
    network = read_plan(config, size)
    return darknet.to_keras.build(network, weights.read(weights_beside(config), network))
