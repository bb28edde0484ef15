"""Compiled passes through a network, forward and back: traced once, weights folded in, float32 arrays in and out.

Image, class and batch size are tensors, so changing them never traces again. Weights are folded in as constants, as in
`models/compiled.py`: a Grad-CAM then costs little more than the bare forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from engine.errors import InvalidModel
from engine.explain.narrow import Narrow
from engine.explain.targets import Output

LOSS_SCALE = 1024.0  # keeps small gradients of half-precision networks from vanishing, as in mixed-precision training

Pass = Callable[..., list[np.ndarray]]
Shape = Sequence[int | None]  # without the batch


def forward_pass(network: keras.Model, shape: Shape) -> Pass:
    """Batch (N, *shape) -> [output]."""
    return _compile(lambda batch: [network(batch, training=False)], [shape])


def channels_pass(way: Narrow, shape: Shape) -> Pass:
    """Batch and [first, stop] as float -> [those channels of a layer]."""

    def run(batch: tf.Tensor, bounds: tf.Tensor) -> list[tf.Tensor]:
        first, stop = tf.unstack(tf.cast(bounds, tf.int32), num=2)
        return [way(batch, first, stop)]

    return _compile(run, [shape, ()])


def look_pass(network: keras.Model, head: Output, score: str, paths: tuple[str, ...], shape: Shape) -> Pass:
    """Batch and directions (N, units) -> [logits, activations of each path, gradients of the score by them].

    network: from the image to the logits and the layers at `paths`; without paths the gradient is that of the image.
    score: "logit", "probability", or "top" for the logit of each image's own strongest class, whatever the directions.
    """
    scale = loss_scale(network)

    def run(batch: tf.Tensor, directions: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(batch)
            logits, *maps = keras.tree.flatten(network(batch, training=False))
            values = scored(logits, head, score)
            chosen = _strongest(tf.stop_gradient(values), head) if score == "top" else directions
            total = tf.reduce_sum(values * chosen) * scale
        found = tape.gradient(total, maps or [batch])
        for index, gradient in enumerate(found):
            require_gradient(gradient, f"“{paths[index]}”" if paths else "the image")
        return [logits, *maps, *(tf.cast(gradient, tf.float32) / scale for gradient in found)]

    return _compile(run, [shape, (head.units,)])


def walk_pass(start: keras.Model, rest: keras.Model, head: Output, score: str, shape: Shape) -> Pass:
    """Image, baseline, places (N, 2) and direction -> [sum of weighted gradients (1, *shape) on the way between them].

    start: affine. Places hold the share of the image, 0..1, and the weight. A straight way in the image is straight
    behind an affine start too, and the start's own gradient is everywhere the same: the start is passed twice forward
    and once back, however many places there are.
    """
    scale = loss_scale(rest)

    def run(image: tf.Tensor, baseline: tf.Tensor, places: tf.Tensor, direction: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as beginning:
            beginning.watch(image)
            last = start(image, training=False)
        first = start(baseline, training=False)
        share = tf.cast(places[:, :1], last.dtype)
        way = first + tf.reshape(share, (-1, *[1] * (len(last.shape) - 1))) * (last - first)
        with tf.GradientTape(watch_accessed_variables=False) as ending:
            ending.watch(way)
            values = scored(rest(way, training=False), head, score) * direction
            total = tf.reduce_sum(tf.reduce_sum(values, axis=1) * places[:, 1]) * scale
        found = require_gradient(ending.gradient(total, way), "the image")
        summed = tf.cast(tf.reduce_sum(tf.cast(found, tf.float32), axis=0, keepdims=True), last.dtype)
        back = beginning.gradient(last, image, output_gradients=summed)
        return [tf.cast(require_gradient(back, "the image"), tf.float32) / scale]

    return _compile(run, [shape, shape, (2,), (head.units,)])


def loss_scale(network: keras.Model) -> float:
    """What the score is multiplied by before going back."""
    return LOSS_SCALE if any("float16" in str(layer.compute_dtype) for layer in network.layers) else 1.0


def scored(logits: tf.Tensor, head: Output, score: str) -> tf.Tensor:
    """Logits or probabilities (N, units) float32."""
    values = tf.cast(logits, tf.float32)
    return _PROBABILITY[head.activation](values) if score == "probability" else values


def require_gradient(gradient: tf.Tensor | None, where: str) -> tf.Tensor:
    """The gradient. Raises InvalidModel when there is none."""
    if gradient is None:
        raise InvalidModel(
            f"No gradient flows from the score back to {where}.",
            "Choose a layer on the way to this output, or a method without gradients, such as Occlusion.",
        )
    return gradient


_PROBABILITY: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {"softmax": tf.nn.softmax, "sigmoid": tf.sigmoid}


def _strongest(logits: tf.Tensor, head: Output) -> tf.Tensor:
    """Directions (N, units) of the strongest classes; a single sigmoid unit speaks for its likelier side."""
    if head.two_sided:
        return tf.where(logits > 0, 1.0, -1.0)
    return tf.one_hot(tf.argmax(logits, axis=1), head.units)


def _compile(run: Callable[..., list[tf.Tensor]], shapes: Sequence[Shape]) -> Pass:
    """Trace once for any batch size and fold the weights in."""

    def as_float(*inputs: tf.Tensor) -> list[tf.Tensor]:
        return [tf.cast(tensor, tf.float32) for tensor in run(*inputs)]

    signature = [tf.TensorSpec((None, *shape), tf.float32) for shape in shapes]
    traced = tf.function(as_float, input_signature=signature, autograph=False).get_concrete_function()
    folded = convert_variables_to_constants_v2(traced)

    def call(*arrays: np.ndarray) -> list[np.ndarray]:
        tensors = [tf.constant(array, tf.float32) for array in arrays]
        # Called as a whole, the folded graph first tries another signature and prints its arguments into the error:
        # 1 ms. Wrapped in another tf.function instead, a graph with gradients is never freed.
        return [tensor.numpy() for tensor in folded.inference_fn.call_flat(*tensors)]

    return call
