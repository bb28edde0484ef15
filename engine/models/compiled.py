"""A network compiled for answers only: one traced graph, weights folded in as constants.

Folding lets TensorFlow fuse convolution, batch normalisation and activation: MobileNetV2 answers in about half the time
of a traced `network(x)` (see benchmarks/classify.py). Gradients need the network itself.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

Forward = Callable[[np.ndarray], np.ndarray]


def compile_forward(network: keras.Model) -> Forward:
    """A function from a batch (N, ...) float32 to the network's single output (N, ...) float32.

    Any batch size, no retracing. The weights are those of this moment: compile again after training.
    """
    shape = network.inputs[0].shape
    spec = tf.TensorSpec((None, *shape[1:]), tf.float32)
    traced = tf.function(lambda batch: network(batch, training=False), input_signature=[spec])
    frozen = convert_variables_to_constants_v2(traced.get_concrete_function())
    # Called directly, the frozen graph first tries another signature and prints its arguments into the error: 1 ms.
    direct = tf.function(lambda batch: frozen(batch), input_signature=[spec]).get_concrete_function()

    def forward(batch: np.ndarray) -> np.ndarray:
        return direct(tf.constant(batch))[0].numpy().astype(np.float32, copy=False)

    return forward
