"""Explanations of networks in which the right answer is known."""

import keras
import numpy as np
import pytest
from keras import layers

from engine.explain import Explainer
from engine.explain.cams import class_maps
from engine.explain.explaining import explain, explain_stages, explain_top, make_question, stage_layers, top_targets
from engine.explain.methods import METHODS
from engine.explain.pixels import integrated_gradients, path_by
from engine.explain.targets import direction, target_of

from .conftest import SIDE, as_model, as_prepared, gap_dense, nested_networks, noise


def head_of(explainer):
    return [np.asarray(weight) for weight in explainer.model.network.get_layer("head").weights]


def test_grad_cam_is_hires_cam_is_the_class_map_and_sums_to_the_logit(explainer):
    image = noise()
    kernel, bias = head_of(explainer)
    activations = explainer.activations(image.tensor[None], "conv2")[0]
    exact = class_maps(activations, kernel)
    for index in range(4):
        target = target_of(explainer.card, explainer.output(0), index)
        found = {key: explain(explainer, image, key, "conv2", target) for key in ("grad-cam", "hires-cam")}
        for one in found.values():
            np.testing.assert_allclose(one.values, exact[..., index], rtol=1e-4, atol=1e-6)
            assert one.values.sum() == pytest.approx(one.logit - bias[index], abs=1e-4)


def test_one_class_minus_another_is_the_difference_of_their_maps(explainer):
    image, output = noise(), explainer.output(0)
    one, other, both = (
        explain(explainer, image, "grad-cam", None, target_of(explainer.card, output, *pair))
        for pair in ((1,), (2,), (1, 2))
    )
    np.testing.assert_allclose(both.values, one.values - other.values, atol=1e-6)
    assert both.target.title == "bee minus cat"


def test_the_strongest_class_is_found_and_explained_in_one_pass(explainer):
    for key in ("grad-cam", "layer-cam", "eigen-cam"):
        found, exact = explain_top(explainer, noise(3), key), explain(explainer, noise(3), key)
        assert found.target == exact.target
        np.testing.assert_allclose(found.values, exact.values, atol=1e-6)
    one = Explainer(as_model(gap_dense("sigmoid", 1)))
    found, exact = explain_top(one, noise(), "grad-cam"), explain(one, noise(), "grad-cam")
    assert (found.target, found.logit) == (exact.target, exact.logit)
    np.testing.assert_allclose(found.values, exact.values, atol=1e-6)


def test_a_planted_bright_patch_lights_up():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones", name="sum")(inputs)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(2, kernel_initializer=lambda shape, dtype: np.array([[-1.0, 1.0]]), name="head")(x)
    model = Explainer(as_model(keras.Model(inputs, outputs), ("dark", "bright")))
    tensor = np.zeros((SIDE, SIDE, 3), np.float32)
    tensor[3:7, 9:13] = 1
    patch = np.zeros((SIDE, SIDE), bool)
    patch[3:7, 9:13] = True
    for key, method in METHODS.items():
        options = {"patch": 0.1} if key == "occlusion" else {"cells": 8} if key == "rise" else None
        target = target_of(model.card, model.output(0), 1)
        values = explain(model, as_prepared(tensor), key, None, target, options).values
        if key in ("gradient", "smooth-grad"):
            np.testing.assert_allclose(values, 1 / SIDE**2, rtol=1e-4)  # a linear model: the same slope everywhere
            continue
        strongest = np.unravel_index(values.argmax(), values.shape)
        assert patch[strongest], (key, method)
        assert values[patch].mean() > 5 * np.abs(values[~patch]).mean(), key


def test_maps_move_with_the_object():
    model = Explainer(as_model(gap_dense(None)))
    small = np.random.default_rng(1).random((4, 4, 3), np.float32)

    def of(top, left):
        tensor = np.zeros((SIDE, SIDE, 3), np.float32)
        tensor[top : top + 4, left : left + 4] = small
        return explain(
            model, as_prepared(tensor), "hires-cam", "conv2", target_of(model.card, model.output(0), 0)
        ).values

    np.testing.assert_allclose(np.roll(of(4, 4), (2, 3), (0, 1)), of(6, 7), atol=1e-6)


def test_integrated_gradients_add_up_to_the_change_of_the_score(explainer):
    question = make_question(explainer, noise(), "integrated-gradients")
    black = question.baseline("black")
    found = integrated_gradients(question.path(black)[0])
    change = float(question.score(question.image[None])[0] - question.score(black[None])[0])
    assert found.values.sum(dtype=np.float64) == pytest.approx(change, rel=0.01)
    assert found.gap < 0.01


def test_integrated_gradients_of_a_linear_model_need_no_steps():
    def gradient(batch):
        return np.broadcast_to(slope, batch.shape), (batch * slope).sum(axis=(1, 2, 3))

    slope = np.random.default_rng(0).normal(size=(3, 3, 2)).astype(np.float32)
    image, zero = np.random.default_rng(1).random((3, 3, 2), np.float32), np.zeros((3, 3, 2), np.float32)
    np.testing.assert_allclose(integrated_gradients(path_by(gradient, image, zero), 4).values, slope * image, rtol=1e-5)


def test_a_batch_gives_what_its_images_give_alone(explainer):
    images = np.stack([noise(seed).tensor for seed in range(3)])
    rows = np.stack([direction(explainer.output(0), index) for index in (0, 1, 2)])
    together = explainer.look(images, rows, ["conv1", "conv2"])
    for index in range(3):
        alone = explainer.look(images[index : index + 1], rows[index : index + 1], ["conv1", "conv2"])
        for many, one in zip(
            together.activations + together.gradients, alone.activations + alone.gradients, strict=True
        ):
            np.testing.assert_allclose(many[index], one[0], atol=1e-6)


def test_other_images_and_classes_never_trace_again(explainer):
    def ask(index):
        explain(explainer, noise(index), "grad-cam", "conv2", target_of(explainer.card, explainer.output(0), index))

    ask(0)
    traces = explainer.traces
    for index in range(1, 4):
        ask(index)
    assert explainer.traces == traces


def test_the_probability_has_no_gradient_where_the_logit_has_one():
    network = gap_dense()
    head = network.get_layer("head")
    head.kernel.assign(np.asarray(head.kernel) * 1e4)
    model = Explainer(as_model(network))
    image = noise()
    (top,) = top_targets(model, image, 1)
    assert explain(model, image, "grad-cam", "conv2", top).has_positive
    flat = explain(
        model, image, "grad-cam", "conv2", target_of(model.card, model.output(0), top.class_id, None, "probability")
    )
    assert flat.probability == 1.0
    assert not flat.values.any()
    assert "no say" in flat.empty_message


def test_a_class_without_positive_evidence_is_a_sentence():
    network = gap_dense(None, 2)
    network.get_layer("head").kernel.assign(np.stack([np.full(5, -1.0), np.full(5, 1.0)], 1))
    model = Explainer(as_model(network, ("against", "for")))
    found = explain(model, noise(), "grad-cam", "conv2", target_of(model.card, model.output(0), 0))
    assert found.empty_message.startswith("No positive evidence for “against” in “conv2”.")
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("kind", ["functional", "sequential", "two levels"])
def test_nested_networks_compute_the_same_and_are_explained(kind, tmp_path):
    network = nested_networks()[kind]
    before, weights = network.get_config(), network.get_weights()
    file = tmp_path / "nested.keras"
    network.save(file)
    for one in (network, keras.saving.load_model(file)):
        model = Explainer(as_model(one))
        image = noise().tensor[None]
        logits = model.logits(image)
        shares = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(shares, np.asarray(one(image)), atol=1e-6)
        assert (
            np.abs(np.asarray(model._opened.model(model._opened.outputs)(image)) - np.asarray(one(image))).max() == 0.0
        )
        inner = next(spot.path for spot in model.spots if spot.path.endswith("backbone/conv2"))
        found = explain(model, noise(), "hires-cam", inner)
        assert found.values.shape == (14, 14)
        assert found.values.any()
        assert model.default_layer.endswith("backbone/add")
    assert network.get_config() == before
    for old, new in zip(weights, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_gradient_at_a_nested_layer_is_right():
    """Held to a tape over the parts of the network, called by hand."""
    import tensorflow as tf

    network = nested_networks()["functional"]
    inner, head = network.get_layer("backbone"), network.get_layer("head")
    model = Explainer(as_model(network))
    image = noise().tensor[None]
    with tf.GradientTape() as tape:
        activations = inner(image)
        tape.watch(activations)
        logits = tf.reduce_mean(activations, axis=[1, 2]) @ head.kernel + head.bias
        score = logits[0, 1]
    row = direction(model.output(0), 1)[None]
    found = model.look(image, row, ["backbone/add"])
    np.testing.assert_allclose(found.gradients[0], tape.gradient(score, activations).numpy(), atol=1e-7)
    np.testing.assert_allclose(found.logits, logits.numpy(), atol=1e-6)


def test_half_precision_networks_give_float32_maps():
    try:
        keras.mixed_precision.set_global_policy("mixed_float16")
        half = gap_dense()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    full = gap_dense()
    full.set_weights(half.get_weights())
    found, exact = (explain(Explainer(as_model(one)), noise(), "grad-cam", "conv2") for one in (half, full))
    assert found.values.dtype == np.float32
    np.testing.assert_allclose(found.values, exact.values, rtol=0.02, atol=2e-4)


def test_grouped_convolutions_are_explained():
    """Held to Keras' own answers: the logits themselves, and their change along a small step in every pixel."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((SIDE, SIDE, 4))
    x = layers.Conv2D(8, 3, groups=4, strides=2, activation="tanh", name="grouped")(inputs)
    x = layers.Conv2D(6, 3, groups=2, use_bias=False, padding="same", name="smooth")(x)
    x = layers.GlobalAveragePooling2D()(layers.Activation("tanh")(x))
    network = keras.Model(inputs, layers.Dense(3, name="head")(x))
    network.get_layer("grouped").bias.assign(np.linspace(-1, 1, 8))
    model = Explainer(as_model(network))
    image = noise(channels=4).tensor[None]
    exact = np.asarray(network(image, training=False))
    np.testing.assert_allclose(model.logits(image), exact, atol=1e-6)
    row = direction(model.output(0), 2)[None]
    (gradient,), _ = model.pixel_gradients(image, row)
    step = np.random.default_rng(0).normal(0, 0.02, image.shape).astype(np.float32)
    ends = np.asarray(network(np.concatenate([image - step, image + step]), training=False))[:, 2]
    assert (gradient * step[0]).sum() == pytest.approx((ends[1] - ends[0]) / 2, rel=1e-2)
    found = explain(model, noise(channels=4), "hires-cam", "smooth")
    assert found.values.any()


def test_one_sigmoid_unit_speaks_for_one_class_and_against_the_other():
    model = Explainer(as_model(gap_dense("sigmoid", 1), ("no", "yes")))
    yes, no = (
        explain(model, noise(), "grad-cam", "conv2", target_of(model.card, model.output(0), index)) for index in (1, 0)
    )
    np.testing.assert_allclose(yes.values, -no.values, atol=1e-7)
    assert yes.probability + no.probability == pytest.approx(1)
    assert yes.logit == -no.logit


def test_an_output_is_chosen_among_several():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    x = layers.GlobalAveragePooling2D()(x)
    network = keras.Model(
        inputs, [layers.Dense(3, "softmax", name="kind")(x), layers.Dense(1, "sigmoid", name="sex")(x)]
    )
    model = Explainer(as_model(network))
    assert [(output.name, output.classes) for output in model.outputs] == [("kind", 3), ("sex", 2)]
    found = explain(model, noise(), "grad-cam", None, target_of(model.card, model.output(1), 1, exclusive=False))
    logit = np.asarray(model.logits(noise().tensor[None], 1))[0, 0]
    assert found.logit == pytest.approx(logit)
    assert found.target.label == "sex 1"


def test_stages_are_what_each_layer_gives_alone(explainer):
    layers_shown = stage_layers(explainer)
    assert layers_shown == ["conv2"]  # both convolutions have 14 x 14 pixels: the later one stands for them
    for stage in explain_stages(explainer, noise(), ["conv1", "conv2"], "layer-cam"):
        alone = explain(explainer, noise(), "layer-cam", stage.layer)
        np.testing.assert_allclose(stage.values, alone.values, atol=1e-6)


def test_ablation_cam_weighs_a_channel_by_its_share_of_the_score(explainer):
    found = explain(explainer, noise(), "ablation-cam", "conv2")
    activations = explainer.activations(noise().tensor[None], "conv2")[0]
    kernel, _ = head_of(explainer)
    weights = activations.mean((0, 1)) * kernel[:, found.target.class_id] / abs(found.logit)
    np.testing.assert_allclose(found.values, activations @ weights, rtol=1e-3, atol=1e-6)
