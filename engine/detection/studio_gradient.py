"""Gradients of one box's score in a detector of our own, whose Keras network lies beside its ONNX file."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from engine.detection.signature import STRIDES

# The maps an explanation looks at, one step finer than those of the head: at the head's own resolution the gradient of
# one cell is little more than that cell.
TELLING = {8: "at4_1", 16: "join8_look_relu", 32: "back_join16_look_relu"}


class StudioGradient:
    """The network with, for each stride, the activations an explanation looks at."""

    def __init__(self, file: Path) -> None:
        network = keras.models.load_model(file, compile=False)
        self._maps = network
        self._pairs = {
            stride: keras.Model(network.input, [network.get_layer(TELLING[stride]).output, output])
            for stride, output in zip(STRIDES, network.outputs, strict=True)
        }

    def run(self, blob: np.ndarray) -> list[np.ndarray]:
        """Raw maps (1, 4 + C, h, w) a stride, as the ONNX file gives them."""
        return [
            output.numpy().transpose(0, 3, 1, 2) for output in self._maps(blob.transpose(0, 2, 3, 1), training=False)
        ]

    def heat(self, blob: np.ndarray, cell: int, class_id: int) -> tuple[np.ndarray, str]:
        """HiResCAM (h, w) of the class logit of one cell, signed, and the name of the layer.

        cell: number of the cell over all strides, as the decoder counts.
        """
        stride, row, column = _locate(cell, (blob.shape[2], blob.shape[3]))
        with tf.GradientTape() as tape:
            picture = tf.convert_to_tensor(blob.transpose(0, 2, 3, 1))
            tape.watch(picture)
            activations, output = self._pairs[stride](picture, training=False)
            score = output[0, row, column, 4 + class_id]
        gradient = tape.gradient(score, activations)
        heat = tf.reduce_sum(gradient * activations, axis=-1)[0].numpy()
        return heat.astype(np.float32), TELLING[stride]


def _locate(cell: int, size: tuple[int, int]) -> tuple[int, int, int]:
    """Stride, row and column of a cell number, for an input of (height, width)."""
    for stride in STRIDES:
        rows, columns = size[0] // stride, size[1] // stride
        if cell < rows * columns:
            return stride, *divmod(cell, columns)
        cell -= rows * columns
    raise IndexError(cell)
