"""Batches that depend on seed and epoch alone, augmentation, and scaling in the graph."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from engine.data.augmentation import Scaling, augmentation_layers, preview
from engine.data.pipeline import Feed, blocks
from engine.data.preparation import prepare_dataset
from engine.data.settings import AugmentationSettings, DataSettings
from engine.models.preprocessing import SCALES


@pytest.fixture(scope="module")
def digits():
    return prepare_dataset(DataSettings("digits", limit=100))


def test_an_epoch_shows_every_image_once_with_its_label(digits):
    feed = Feed(digits, 24, seed=1)
    images, labels = zip(*feed.batches().take(feed.steps).as_numpy_iterator(), strict=True)
    shown = sorted(image.tobytes() for image in np.concatenate(images))
    assert shown == sorted(image.tobytes() for image in digits.pixels[digits.split.train])
    known = {image.tobytes(): label for image, label in zip(digits.pixels, digits.labels, strict=True)}
    for image, label in zip(np.concatenate(images), np.concatenate(labels), strict=True):
        assert known[image.tobytes()] == label


def test_a_later_start_gives_the_batches_that_would_have_come(digits):
    feed = Feed(digits, 24, seed=1)
    whole = list(feed.batches().take(3 * feed.steps).as_numpy_iterator())
    rest = list(feed.batches(first_epoch=2).take(feed.steps).as_numpy_iterator())
    for (images, labels), (again, labels_again) in zip(whole[2 * feed.steps :], rest, strict=True):
        assert np.array_equal(images, again)
        assert np.array_equal(labels, labels_again)
    assert not np.array_equal(whole[0][1], whole[feed.steps][1])


def test_one_hot_labels(digits):
    feed = Feed(digits, 10, seed=1, one_hot=True)
    _, labels = next(iter(feed.batches().as_numpy_iterator()))
    assert labels.shape == (10, 10)
    assert np.array_equal(labels.sum(axis=1), np.ones(10))


def test_blocks_go_through_a_part_in_order(digits):
    labels = np.concatenate([labels for _, labels in blocks(digits, digits.split.validation, 7)])
    assert np.array_equal(labels, digits.labels[digits.split.validation])


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_scaling_in_the_graph_equals_preprocessing(scale):
    seen = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3), dtype=np.uint8)
    expected = np.stack([SCALES[scale](image) for image in seen])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(Scaling(scale)(seen)), expected, rtol=1e-6, atol=1e-5)


EVERYTHING = AugmentationSettings(20, 0.1, 0.2, "both", 0.2, 0.2, 0.1, 1.0)


def test_augmentation_is_made_of_keras_layers_and_changes_images_only_in_training(digits):
    images = np.asarray(digits.pixels[:4])
    assert all(isinstance(layer, keras.layers.Layer) for layer in augmentation_layers(EVERYTHING))
    varied = preview(images, EVERYTHING, seed=3)
    assert varied.shape == images.shape
    assert np.abs(varied.astype(int) - images).mean() > 5
    calm = keras.ops.convert_to_tensor(images.astype(np.float32) / 255)
    for layer in augmentation_layers(EVERYTHING):
        calm = layer(calm, training=False)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(calm), images / 255, atol=1e-6)


def test_a_horizontal_flip_mirrors(digits):
    image = np.asarray(digits.pixels[:1])
    draws = [preview(image, AugmentationSettings(flip="horizontal"), seed)[0] for seed in range(8)]
    mirrored = image[0][:, ::-1]
    assert all(np.array_equal(draw, image[0]) or np.array_equal(draw, mirrored) for draw in draws)
    assert {np.array_equal(draw, mirrored) for draw in draws} == {True, False}


def test_no_settings_no_layers(digits):
    assert augmentation_layers(AugmentationSettings()) == []
    assert not AugmentationSettings().any
    assert np.array_equal(preview(np.asarray(digits.pixels[:3]), AugmentationSettings()), digits.pixels[:3])
