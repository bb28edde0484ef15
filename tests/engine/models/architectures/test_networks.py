"""The networks we build: known sizes, controls that do what they say, code that builds them again."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from engine.errors import InvalidSetting, ModelMissing
from engine.models.architectures import build_network, build_transfer, textbook_cnn
from engine.models.architectures.kinds import NETWORKS, NetworkSettings
from engine.models.architectures.transfer import load_backbone, unfreeze
from engine.models.keras_code import keras_code
from engine.models.structure import describe

SHAPE = (32, 32, 3)


def kinds_of(network: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in network.layers]


def test_the_textbook_network_is_the_known_one():
    network = textbook_cnn()
    assert network.count_params() == 93_322
    convolutions = [layer.filters for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert convolutions == [32, 64, 64]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_answers_with_probabilities(name):
    network = build_network(NetworkSettings(name), (24, 24, 1), 3)
    answer = keras.ops.convert_to_numpy(network(np.zeros((2, 24, 24, 1), np.float32)))
    np.testing.assert_allclose(answer.sum(axis=1), [1, 1], rtol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_controls_reach_the_layers(name):
    plain = build_network(NetworkSettings(name, batch_norm="off"), SHAPE, 4)
    full = build_network(NetworkSettings(name, width=2, depth=4, dropout=0.3, l2=1e-4, batch_norm="on"), SHAPE, 4)
    assert full.count_params() > plain.count_params()
    assert "BatchNormalization" in kinds_of(full)
    assert "BatchNormalization" not in kinds_of(plain)
    assert "Dropout" in kinds_of(full)
    assert full.losses
    assert not plain.losses


@pytest.mark.parametrize("name", NETWORKS)
def test_the_keras_code_builds_the_same_network(name):
    network = build_network(NetworkSettings(name, dropout=0.2, l2=1e-4, batch_norm="on"), SHAPE, 4)
    space: dict = {}
    exec(keras_code(network), space)
    again = space["model"]
    assert [layer.get_config() for layer in again.layers] == [layer.get_config() for layer in network.layers]


def test_an_image_too_small_is_refused_in_words():
    with pytest.raises(InvalidSetting, match="8 × 8 pixels are too small"):
        build_network(NetworkSettings(), (8, 8, 1), 3)
    with pytest.raises(InvalidSetting, match="no network"):
        build_network(NetworkSettings("huge"), SHAPE, 3)


def test_multiply_adds_are_those_of_the_definition():
    rows = {row.name: row for row in describe(textbook_cnn()).layers}
    assert rows["conv1"].multiply_adds == 26 * 26 * 32 * 9
    assert rows["conv2"].multiply_adds == 11 * 11 * 64 * 9 * 32
    assert rows["dense"].multiply_adds == 576 * 64
    assert rows["pool1"].multiply_adds == 0
    assert rows["conv2"].inputs == ("pool1",)
    assert rows["conv1"].note == "32 filters of 3 × 3"


def test_mobilenet_v2_has_the_multiply_adds_of_its_paper():
    structure = describe(keras.applications.MobileNetV2(weights=None))
    assert structure.parameters == 3_538_984
    assert structure.multiply_adds == pytest.approx(300e6, rel=0.01)  # Sandler et al. 2018, table 4


def test_a_residual_block_shows_both_its_inputs():
    rows = {row.name: row for row in describe(build_network(NetworkSettings("resnet-small"), SHAPE, 4)).layers}
    assert len(rows["stage2_block1_add"].inputs) == 2


def test_transfer_trains_the_head_and_then_the_last_layers():
    backbone = load_backbone("digits")
    network = build_transfer(backbone, 3, rate=0.2)
    assert [weight.shape for weight in network.trainable_weights] == [(64, 3), (3,)]
    assert network.layers[-1].name == "classes"
    assert not any(isinstance(layer, keras.Model) for layer in network.layers)
    assert unfreeze(network, 2) == 2
    names = {weight.path.split("/")[-2] for weight in network.trainable_weights}
    assert names == {"classes", "dense", "conv3"}


def test_batch_normalisation_stays_frozen_while_tuning():
    network = build_network(NetworkSettings("resnet-small"), SHAPE, 4)
    for layer in network.layers:
        layer.trainable = False
    unfreeze(network, 4)
    assert not any(layer.trainable for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization))


def test_missing_weights_offer_what_is_here():
    with pytest.raises(ModelMissing, match="Ready to build upon: cifar10, digits"):
        load_backbone("mobilenet-v2")
