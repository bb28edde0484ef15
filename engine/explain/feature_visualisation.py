"""Feature visualisation: the image that excites a unit, a channel, a layer or a class most, found by gradient ascent.

After Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017: Fourier parametrisation, and at every step
a random shift, turn and zoom, so that only patterns which survive them remain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from engine.errors import InvalidModel, InvalidSetting
from engine.explain.fourier import frequency_scale, random_coefficients, to_image
from engine.explain.graph import Explainer
from engine.jobs import Job
from engine.models.preprocessing import SCALES

KINDS = ("channel", "unit", "layer", "class")
LOUDER = (0.03, 0.1, 0.3, 1.0)  # strengths of noise to try where a unit does not answer
PREVIEW_EVERY = 8  # steps between two pictures of the work in progress


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to search."""

    steps: int = 256
    rate: float = 0.05  # of Adam
    seed: int = 0
    jitter: float = 0.06  # largest shift, as a share of the side
    turn: float = 8.0  # largest rotation, degrees
    zoom: float = 0.1  # largest change of size
    variation: float = 0.02  # weight of the total variation, which smooths


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be excited."""

    layer: str | None  # None for a class
    kind: str = "channel"  # of KINDS
    channels: tuple[int, ...] = (0,)  # channels or classes, one image each; ignored for a whole layer
    output: int = 0


@dataclass(frozen=True, slots=True)
class Visualised:
    """Images found, and how far the excitement rose."""

    images: np.ndarray  # (N, H, W, C) uint8
    start: np.ndarray  # (N,) float32: activation before the first step
    end: np.ndarray  # (N,) and after the last one, both without random transformations

    @property
    def silent(self) -> np.ndarray:
        """(N,) bool: images whose unit never answered; they show nothing."""
        return (self.end <= 0) & (self.start <= 0)


def visualise(
    explainer: Explainer,
    wish: Wish,
    recipe: Recipe = Recipe(),
    job: Job = Job.silent(),
    on_preview: Callable[[np.ndarray], None] | None = None,
) -> Visualised:
    """Search images that excite what is wished for; several channels share every step.

    on_preview: called on this thread with the images so far, (N, H, W, C) uint8. Raises InvalidSetting for a channel
    that does not exist, InvalidModel where no gradient flows, Cancelled at a checkpoint.
    """
    network = explainer.tensor_model(wish.layer, wish.output)
    _check(wish, network.outputs[0].shape, recipe)
    height, width, depth = explainer.input_shape
    count = 1 if wish.kind == "layer" else len(wish.channels)
    scale = frequency_scale(height, width)
    coefficients = tf.Variable(random_coefficients(count, height, width, depth, recipe.seed))
    now = tf.function(lambda: to_image(coefficients, scale, width), autograph=False)
    excitement = _excitement(network, wish, _to_network_scale(explainer))
    optimizer = keras.optimizers.Adam(recipe.rate)
    optimizer.build([coefficients])

    @tf.function(autograph=False)
    def step(transforms: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            image = to_image(coefficients, scale, width)
            shaken = _transformed(image, transforms, (height, width))
            variation = tf.reduce_mean(tf.image.total_variation(image)) / (height * width)
            loss = -tf.reduce_sum(excitement(shaken)) + recipe.variation * variation * count
        gradient = tape.gradient(loss, coefficients)
        if gradient is None:
            raise InvalidModel("No gradient flows from this layer back to the image.", "Choose another layer.")
        optimizer.apply_gradients([(gradient, coefficients)])

    measure = tf.function(excitement, autograph=False)
    start = measure(now()).numpy()
    _wake(coefficients, lambda: measure(now()).numpy(), recipe.seed)
    rng = np.random.default_rng(recipe.seed + 1)
    for index in range(recipe.steps):
        job.checkpoint()
        step(tf.constant(_random_transforms(rng, count, (height, width), recipe)))
        job.report(index + 1, recipe.steps, f"Step {index + 1} of {recipe.steps}")
        if on_preview is not None and index % PREVIEW_EVERY == 0:
            on_preview(_as_pixels(now().numpy()))
    final = now()
    if not np.isfinite(final.numpy()).all():
        raise InvalidModel(
            "The search overflowed: the image holds values that are not finite.", "Choose another layer or seed."
        )
    return Visualised(_as_pixels(final.numpy()), start, measure(final).numpy())


def _wake(coefficients: tf.Variable, measured: Callable[[], np.ndarray], seed: int) -> None:
    """Give images whose unit is silent a livelier start: behind a ReLU at zero there is no gradient to follow."""
    rng = np.random.default_rng(seed + 2)
    for strength in LOUDER:
        silent = measured() <= 0
        if not silent.any():
            return
        louder = rng.normal(0, strength, coefficients.shape)
        coefficients.assign(np.where(silent[:, None, None, None, None], louder, coefficients.numpy()))


def _check(wish: Wish, shape: Sequence[int | None], recipe: Recipe) -> None:
    if wish.kind not in KINDS:
        raise InvalidSetting(f"There is no kind “{wish.kind}”.", f"Choose one of: {', '.join(KINDS)}.")
    if recipe.steps < 1:
        raise InvalidSetting(f"{recipe.steps} steps find nothing.", "Give at least 1 step.")
    units: Any = shape[-1]
    for channel in wish.channels if units is not None and wish.kind != "layer" else ():
        if not 0 <= channel < units:
            where = f"“{wish.layer}”" if wish.layer else "The output"
            raise InvalidSetting(f"{where} has no channel {channel}.", f"Choose one from 0 to {units - 1}.")


def _excitement(
    network: keras.Model, wish: Wish, scaled: Callable[[tf.Tensor], tf.Tensor]
) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function from images (N, H, W, C) in 0..1 to what is to grow, (N,)."""
    index = tf.constant(wish.channels, tf.int32)

    def of(images: tf.Tensor) -> tf.Tensor:
        values = tf.cast(network(scaled(images), training=False), tf.float32)
        if wish.kind == "layer":  # "deep dream": everything at once
            return tf.reduce_mean(tf.square(tf.reshape(values, [tf.shape(values)[0], -1])), axis=1)
        if len(values.shape) == 4:
            middle = values[:, values.shape[1] // 2, values.shape[2] // 2] if wish.kind == "unit" else None
            values = tf.reduce_mean(values, axis=[1, 2]) if middle is None else middle
        return tf.gather_nd(values, tf.stack([tf.range(tf.shape(values)[0]), index], axis=1))

    return of


def _to_network_scale(explainer: Explainer) -> Callable[[tf.Tensor], tf.Tensor]:
    """The pixel scale of the model as a TensorFlow function on 0..1, read off the very function that prepares images.

    Every scale is linear in the pixels: its value for black, and what full red, green and blue add, say it all.
    """
    channels = explainer.input_shape[2]
    scale = SCALES[explainer.card.preprocessing.scale]
    black = scale(np.zeros((1, 1, channels), np.uint8))[0, 0]
    full = scale((np.eye(channels, dtype=np.uint8) * 255)[:, None, :])[:, 0]
    matrix = tf.constant(full - black, tf.float32)  # (from, to)
    return lambda images: tf.tensordot(images, matrix, 1) + black


def _random_transforms(rng: np.random.Generator, count: int, size: tuple[int, int], recipe: Recipe) -> np.ndarray:
    """(count, 8) float32: shift, turn and zoom about the middle, as ImageProjectiveTransformV3 takes them."""
    height, width = size
    angle = np.radians(rng.uniform(-recipe.turn, recipe.turn, count))
    zoom = 1 / rng.uniform(1 - recipe.zoom, 1 + recipe.zoom, count)
    a, b = zoom * np.cos(angle), -zoom * np.sin(angle)
    x, y = (width - 1) / 2, (height - 1) / 2
    dx, dy = rng.uniform(-recipe.jitter, recipe.jitter, (2, count)) * np.array([[width], [height]])
    rows = np.stack([a, b, x - a * x - b * y + dx, -b, a, y + b * x - a * y + dy, 0 * a, 0 * a], axis=1)
    return rows.astype(np.float32)


def _transformed(images: tf.Tensor, transforms: tf.Tensor, size: tuple[int, int]) -> tf.Tensor:
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=tf.constant(size, tf.int32),
        fill_value=tf.constant(0.5),
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def _as_pixels(images: np.ndarray) -> np.ndarray:
    return (np.clip(images, 0, 1) * 255).round().astype(np.uint8)
