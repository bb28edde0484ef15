"""Gradients of one box's score in a Darknet network rebuilt in Keras."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from engine.detection.darknet.importing import read_plan, weights_beside
from engine.detection.darknet.layers import Layer, Plan
from engine.detection.darknet.to_keras import build
from engine.detection.darknet.weights import read


class DarknetGradient:
    """The network with, for each scale, the activations an explanation looks at."""

    def __init__(self, config: Path, size: tuple[int, int] | None = None) -> None:
        self._plan = read_plan(config, size)
        network = build(self._plan, read(weights_beside(config), self._plan))
        self._layers = [telling_layer(self._plan, number) for number in range(len(self._plan.scales))]
        outputs = network.outputs if isinstance(network.outputs, list) else [network.outputs]
        self._maps = keras.Model(network.input, outputs)
        self._pairs = [
            keras.Model(network.input, [network.get_layer(_output_name(network, layer)).output, output])
            for layer, output in zip(self._layers, outputs, strict=True)
        ]

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        """Raw maps (1, A * (5 + C), h, w) a scale, as the ONNX file gives them."""
        outputs = self._maps(blob.transpose(0, 2, 3, 1), training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [output.numpy().transpose(0, 3, 1, 2) for output in outputs]

    def heat(self, blob: np.ndarray, cell: int, class_id: int) -> tuple[np.ndarray, str]:
        """HiResCAM (h, w) of the log score of one anchor box, signed, and the name of the layer.

        cell: number of the box over all scales, as the decoder counts.
        """
        number, anchor, y, x = self._locate(cell)
        scale = self._plan.scales[number]
        base = anchor * (5 + scale.classes)
        with tf.GradientTape() as tape:
            picture = tf.convert_to_tensor(blob.transpose(0, 2, 3, 1))
            tape.watch(picture)
            activations, output = self._pairs[number](picture, training=False)
            values = tf.stack([output[0, y, x, base + 4], output[0, y, x, base + 5 + class_id]])
            # The sum of the logits; where the network ends in a sigmoid, of the logarithms, which never vanish.
            score = tf.reduce_sum(tf.math.log(values + 1e-9) if scale.new_coords else values)
        gradient = tape.gradient(score, activations)
        heat = tf.reduce_sum(gradient * activations, axis=-1)[0].numpy()
        return heat.astype(np.float32), self._layers[number].name

    def _locate(self, cell: int) -> tuple[int, int, int, int]:
        """Scale, anchor, row and column of a box number."""
        for number, scale in enumerate(self._plan.scales):
            layer = self._plan.layers[scale.layer]
            count = len(scale.anchors) * layer.height * layer.width
            if cell < count:
                anchor, place = divmod(cell, layer.height * layer.width)
                return number, anchor, *divmod(place, layer.width)
            cell -= count
        raise IndexError(cell)


def telling_layer(plan: Plan, scale_number: int) -> Layer:
    """The last convolution or sum at twice the scale's resolution that its map depends on.

    At the scale's own resolution the gradient of one cell is little more than that cell; one step finer its receptive
    field shows. Falls back to the last layer before the map.
    """
    scale = plan.layers[plan.scales[scale_number].layer]
    ancestors, open_ = set(), [scale.index]
    while open_:
        index = open_.pop()
        if index >= 0 and index not in ancestors:
            ancestors.add(index)
            open_.extend(plan.layers[index].inputs)
    named = [plan.layers[i] for i in sorted(ancestors) if plan.layers[i].kind in ("convolutional", "shortcut")]
    finer = [layer for layer in named if layer.height == 2 * scale.height]
    return finer[-1] if finer else named[-2]


def _output_name(network: keras.Model, layer: Layer) -> str:
    """The Keras layer that ends a Darknet layer: its activation, its normalisation, or itself."""
    names = {own.name for own in network.layers}
    ends = (f"{layer.name}_{layer.activation}", f"{layer.name}_normal", layer.name)
    return next(name for name in ends if name in names)
