import keras
import numpy as np
import pytest
from keras import layers

from engine.models.compiled import compile_forward
from engine.models.logits import logit_head
from engine.models.predictions import probabilities_of

pytestmark = pytest.mark.slow
RANDOM = np.random.default_rng(3).normal(size=(5, 6, 6, 2)).astype(np.float32)


def functional(*ending: layers.Layer) -> keras.Model:
    inputs = keras.Input((6, 6, 2))
    x = layers.Flatten()(layers.Conv2D(3, 3)(inputs))
    for layer in ending:
        x = layer(x)
    return keras.Model(inputs, x)


def sequential() -> keras.Model:
    backbone = functional()
    return keras.Sequential([keras.Input((6, 6, 2)), backbone, layers.Dense(4, activation="softmax")])


NETWORKS = {
    "fused softmax": lambda: functional(layers.Dense(4, activation="softmax")),
    "fused softmax without bias": lambda: functional(layers.Dense(4, activation="softmax", use_bias=False)),
    "softmax layer": lambda: functional(layers.Dense(4), layers.Softmax()),
    "activation layer": lambda: functional(layers.Dense(4), layers.Activation("softmax")),
    "fused sigmoid": lambda: functional(layers.Dense(1, activation="sigmoid")),
    "sequential with nested backbone": sequential,
    "nested head": lambda: functional(functional_head()),
}


def functional_head() -> keras.Model:
    inputs = keras.Input((48,))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(inputs))


@pytest.mark.parametrize("name", NETWORKS)
def test_logits_give_back_the_networks_own_probabilities(name):
    network = NETWORKS[name]()
    before = [weight.copy() for weight in network.get_weights()]
    head = logit_head(network)
    logits = np.asarray(head.network(RANDOM))
    np.testing.assert_allclose(probabilities_of(logits, head.activation), network(RANDOM), atol=1e-6)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_fused_logits_are_exact_and_follow_the_weights():
    network = functional(layers.Dense(4, activation="softmax"))
    head = logit_head(network)
    assert head.exact
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel * 100, bias + 1])
    features = keras.Model(network.inputs[0], network.layers[-1].input)(RANDOM)
    np.testing.assert_allclose(
        head.network(RANDOM), np.asarray(features) @ (kernel * 100) + bias + 1, rtol=1e-4, atol=1e-3
    )


def test_linear_outputs_are_logits_already():
    head = logit_head(functional(layers.Dense(4)))
    assert (head.activation, head.exact) == ("softmax", True)


def test_outputs_that_are_no_probabilities_are_logits_whatever_the_last_layer():
    inputs = keras.Input((6, 6, 2))
    maps = layers.Conv2D(4, 1, bias_initializer=keras.initializers.Constant(-1.5))(inputs)
    network = keras.Model(inputs, layers.GlobalAveragePooling2D()(maps))
    np.testing.assert_allclose(logit_head(network).network(RANDOM), network(RANDOM), atol=1e-6)


def test_compiled_forward_equals_the_network_for_any_batch():
    network = functional(layers.BatchNormalization(), layers.Dense(4, activation="softmax"))
    forward = compile_forward(network)
    for count in (1, 3, 5):
        np.testing.assert_allclose(forward(RANDOM[:count]), network(RANDOM[:count], training=False), atol=1e-6)
