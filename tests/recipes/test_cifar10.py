"""How the images of the photo classifier are changed, and the cycles of its training."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from recipes import train_cifar10
from recipes.train_cifar10 import BATCH, HOLE, PAD, SIDE, augment, patched, plan


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (40, SIDE, SIDE, 3), dtype=np.uint8)


def test_moved_images_keep_their_pixels_but_for_a_grey_square(images):
    out = augment(images, np.random.default_rng(1), 0.0, np.zeros(40, bool))
    for image, new in zip(images, out, strict=True):
        padded = np.pad(image, ((PAD, PAD), (PAD, PAD), (0, 0)), mode="reflect")
        kept = [
            (new == padded[y : y + SIDE, x : x + SIDE]).all(axis=2).mean()
            for y in range(2 * PAD + 1)
            for x in range(2 * PAD + 1)
        ]
        assert 1 - (HOLE + 1) ** 2 / SIDE**2 <= max(kept) < 1


def test_exactly_those_named_are_mirrored(images):
    chosen = np.arange(40) % 3 == 0
    plain, some = (augment(images, np.random.default_rng(2), 0.0, m) for m in (np.zeros(40, bool), chosen))
    # the squares and shifts are the same: mirrored pixels are those of the mirrored place
    same = (plain == some).mean(axis=(1, 2, 3))
    assert (same[~chosen] == 1).all()
    assert (same[chosen] < 0.5).all()


def test_a_patch_brings_as_much_of_the_label_as_of_the_image():
    images = np.repeat(np.arange(20, dtype=np.uint8), SIDE * SIDE * 3).reshape(20, SIDE, SIDE, 3)
    targets = np.eye(20)
    new, labels = patched(images, targets, np.random.default_rng(3), 0.5)
    np.testing.assert_allclose(labels.sum(axis=1), 1)
    for number, (image, label) in enumerate(zip(new, labels, strict=True)):
        shares = np.bincount(image[:, :, 0].ravel(), minlength=20) / SIDE**2
        np.testing.assert_allclose(label, shares, atol=1e-9)
        assert shares[number] > 0.45
    assert 4 < (labels.max(axis=1) < 1).sum() < 16


def test_two_cycles_cover_all_epochs_without_a_gap():
    for epochs in (2, 3, 10, 78):
        first, second = plan(epochs)
        assert (first.first, first.last, second.last) == (0, second.first, epochs)
    assert plan(78)[0].last == 50
    assert plan(1)[0].last == 1


def test_photo_like_changes_fade_out_before_the_end_of_a_cycle():
    cycle = plan(100)[1]
    shares = [cycle.photographed(epoch) for epoch in range(cycle.first, cycle.last)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.3
    assert shares[-1] == 0


@pytest.mark.slow
@pytest.mark.parametrize("broken_off", [1, 2])
def test_a_training_that_was_broken_off_ends_as_if_it_had_not_been(broken_off, tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 256, (BATCH, SIDE, SIDE, 3), dtype=np.uint8), rng.integers(0, 10, BATCH)
    keras.utils.set_random_seed(6)
    whole, _ = train_cifar10.train(x, y, 3, False, tmp_path / "whole")
    real = train_cifar10.train_epoch

    def stopping(network, cycle, epoch, *rest):
        if epoch == broken_off:
            raise KeyboardInterrupt
        return real(network, cycle, epoch, *rest)

    keras.utils.set_random_seed(6)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train_cifar10, "train_epoch", stopping)
        train_cifar10.train(x, y, 3, False, tmp_path / "parts")
    resumed, _ = train_cifar10.train(x, y, 3, True, tmp_path / "parts")
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
