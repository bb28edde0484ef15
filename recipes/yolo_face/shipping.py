"""From a trained detector to the files of the program: settled, folded, rounded, its scores moved, packed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np

from recipes import backends, folding, onnx_file
from recipes.yolo_face.network import STRIDES, face_network

LABELS = ("face",)
LICENCE = "MIT, trained by us"
START = 0.25  # the score from which the program shows boxes of any detector, to begin with


def settle(network: keras.Model, batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
    """Measure the statistics of the normalisations anew: those of training belong to the weights of each step."""
    for pictures, _ in batches:
        network(keras.ops.convert_to_tensor(pictures), training=True)


def shipped(network: keras.Model) -> keras.Model:
    """The network as it is shipped: channels last, folded, rounded to half precision."""
    backends.shipping_layout()
    plain = face_network()
    plain.set_weights(network.get_weights())
    final = folding.folded(plain)
    folding.round_to_half(final)
    return final


def move_scores(network: keras.Model, working_point: float) -> None:
    """Change the biases of a shipped network so that what was given the score `working_point` is given START."""
    for stride in STRIDES:
        layer = network.get_layer(f"stride{stride}")
        kernel, bias = layer.get_weights()
        bias[4] += _logit(START) - _logit(working_point)
        layer.set_weights([kernel, bias])
    folding.round_to_half(network)


def write(network: keras.Model, path: Path) -> None:
    """`path` (.onnx) and the same network as `.keras` beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"names": json.dumps(dict(enumerate(LABELS))), "license": LICENCE}
    onnx_file.write(network, path, facts)
    folding.save_packed(network, path.with_suffix(".keras"))


def _logit(score: float) -> float:
    return math.log(score / (1 - score))
