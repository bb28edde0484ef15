"""The way from a baseline to an image, walked behind the affine start of a network, is the way walked in pixels."""

import keras
import numpy as np
import pytest
from keras import layers

from engine.errors import Cancelled
from engine.explain import Explainer
from engine.explain.explaining import make_question
from engine.explain.pixels import CHUNK, TOGETHER, Path, integrated_gradients, path_by
from engine.explain.targets import target_of
from engine.jobs import Job

from .conftest import SIDE, as_model, gap_dense, nested_networks, noise


def begun_with(*start: layers.Layer, activation: str | None = "softmax", units: int = 3) -> keras.Model:
    """A network whose first layers are given; the weights of its normalisations are far from those of a new one."""
    keras.utils.set_random_seed(4)
    x = inputs = keras.Input((SIDE, SIDE, 3))
    for layer in start:
        x = layer(x)
    x = layers.ReLU(name="bent")(x)
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    network = keras.Model(inputs, layers.Dense(units, activation)(x))
    rng = np.random.default_rng(0)
    network.set_weights([weight + rng.uniform(0, 0.2, weight.shape) for weight in network.get_weights()])
    return network


STARTS = {
    "a bare convolution": lambda: begun_with(layers.Conv2D(5, 3, strides=2)),
    "scale, pad, convolve, normalise": lambda: begun_with(
        layers.Rescaling(2.0, -1.0), layers.ZeroPadding2D(), layers.Conv2D(5, 3), layers.BatchNormalization()
    ),
    "one sigmoid unit": lambda: begun_with(layers.DepthwiseConv2D(3), activation="sigmoid", units=1),
    "a convolution with its own activation": gap_dense,
    "a network in a Sequential one": lambda: nested_networks()["sequential"],
}


@pytest.mark.parametrize("score", ["logit", "probability"])
@pytest.mark.parametrize("start", STARTS)
def test_the_short_way_gives_what_gradients_of_pixels_give(start, score):
    model = Explainer(as_model(STARTS[start]()))
    target = target_of(model.card, model.output(0), 0, score=score)
    question = make_question(model, noise(), "integrated-gradients", target=target)
    black = question.baseline("black")
    path, logits = question.path(black)
    found = integrated_gradients(path, 20, np.inf)
    exact = integrated_gradients(path_by(question.gradient, question.image, black), 20, np.inf)
    scale = np.abs(exact.values).max()
    assert scale > 0
    np.testing.assert_allclose(found.values / scale, exact.values / scale, atol=2e-5)
    assert found.gap == pytest.approx(exact.gap, abs=1e-4)
    assert found.steps == 20
    np.testing.assert_allclose(logits, model.logits(question.image[None]), rtol=1e-5)


def test_only_an_affine_start_is_walked_once():
    def affine(network):
        return Explainer(as_model(network)).walk() is not None

    assert [affine(make()) for make in STARTS.values()] == [True, True, True, False, True]
    inputs = keras.Input((SIDE, SIDE, 3))
    around = layers.Concatenate()([layers.Conv2D(3, 3, padding="same")(inputs), inputs])
    assert not affine(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(around))))


def test_other_images_classes_and_steps_never_trace_again():
    model = Explainer(as_model(begun_with(layers.Conv2D(5, 3))))

    def ask(seed, index, steps):
        target = target_of(model.card, model.output(0), index)
        question = make_question(model, noise(seed), "integrated-gradients", target=target)
        integrated_gradients(question.path(question.baseline("black"))[0], steps, np.inf)

    ask(0, 0, 4)
    traces = model.traces
    for step in range(1, 3):
        ask(step, step, 20 * step)
    assert model.traces == traces


def test_a_cancelled_walk_ends_at_its_next_step():
    walked = []

    def walk(places, weights):
        walked.append(len(places))
        job.cancel()
        return np.zeros((2, 2, 1))

    job = Job()
    with pytest.raises(Cancelled):
        integrated_gradients(Path(np.ones((2, 2, 1), np.float32), 1.0, walk), 512, job=job)
    assert sum(walked) <= TOGETHER * CHUNK


def test_half_precision_is_walked_too():
    try:
        keras.mixed_precision.set_global_policy("mixed_float16")
        half = begun_with(layers.Conv2D(5, 3))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    full = begun_with(layers.Conv2D(5, 3))
    full.set_weights(half.get_weights())
    maps = []
    for network in (half, full):
        model = Explainer(as_model(network))
        question = make_question(
            model, noise(), "integrated-gradients", target=target_of(model.card, model.output(0), 1)
        )
        maps.append(integrated_gradients(question.path(question.baseline("black"))[0], 8, np.inf).values)
    assert maps[0].dtype == np.float32
    np.testing.assert_allclose(maps[0], maps[1], rtol=0.02, atol=0.02 * np.abs(maps[1]).max())
