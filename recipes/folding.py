"""Make a trained network ready to ship: no normalisations, numbers that half precision holds, a small file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import layers


def folded(network: keras.Model) -> keras.Model:
    """A copy that computes the same with every batch normalisation folded into the convolution before it."""
    after = {id(layer.input): layer for layer in network.layers if isinstance(layer, layers.BatchNormalization)}
    tensors: dict[int, keras.KerasTensor] = {}
    copies: list[tuple[layers.Layer, list[np.ndarray]]] = []
    for layer in network.layers:
        if isinstance(layer, layers.InputLayer):
            tensors[id(layer.output)] = keras.Input(layer.batch_shape[1:], name=layer.name)
        elif isinstance(layer, layers.BatchNormalization):
            tensors[id(layer.output)] = tensors[id(layer.input)]
        else:
            normalisation = after.get(id(layer.output))
            config = layer.get_config() | ({"use_bias": True} if normalisation else {})
            copy = type(layer).from_config(config)
            inputs = layer.input if isinstance(layer.input, list) else [layer.input]
            found = [tensors[id(tensor)] for tensor in inputs]
            tensors[id(layer.output)] = copy(found if len(found) > 1 else found[0])
            copies.append((copy, _merged(layer, normalisation) if normalisation else layer.get_weights()))
    for copy, weights in copies:
        if weights and not isinstance(copy, layers.Normalization):  # whose numbers are in its configuration
            copy.set_weights(weights)
    inside, out = ([tensors[id(tensor)] for tensor in ends] for ends in (network.inputs, network.outputs))
    return keras.Model(_one_or_all(inside), _one_or_all(out), name=network.name)


def _one_or_all(tensors: list[keras.KerasTensor]) -> keras.KerasTensor | list[keras.KerasTensor]:
    return tensors[0] if len(tensors) == 1 else tensors


def round_to_half(network: keras.Model) -> None:
    """Give every weight the nearest number of half precision, so that files of either precision hold the same."""
    network.set_weights([np.asarray(w).astype(np.float16).astype(np.float32) for w in network.get_weights()])


def save_packed(network: keras.Model, path: Path) -> None:
    """Save as `.keras`, compressed: float32 numbers rounded to half take little more than half the room."""
    whole = path.with_name(f"whole-{path.name}")
    network.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    whole.unlink()


def _merged(convolution: layers.Layer, normalisation: layers.BatchNormalization) -> list[np.ndarray]:
    """Kernel and bias of a convolution that does what both did."""
    gamma, beta, mean, variance = (np.asarray(v, np.float64) for v in normalisation.get_weights())
    kernel, *bias = (np.asarray(v, np.float64) for v in convolution.get_weights())
    gain = gamma / np.sqrt(variance + normalisation.epsilon)
    return [(kernel * gain).astype(np.float32), ((bias[0] - mean if bias else -mean) * gain + beta).astype(np.float32)]
