"""How the images that the photo classifier learns from are changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.cifar10.augmentation import CHANGES, HOLE, PAD, augment

SIDE = 32


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


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_strength_changes_nothing(change, images):
    np.testing.assert_allclose(change(images[0], 0.0), images[0], atol=1e-9)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_full_strength_changes_much_and_keeps_the_shape(change, images):
    picture = np.asarray(images[0] // 2 + np.linspace(0, 100, SIDE).astype(np.uint8)[:, None])
    for strength in (-1.0, 1.0):
        changed = np.asarray(change(picture, strength))
        assert changed.shape == picture.shape
        assert np.abs(changed - picture.astype(float)).mean() > 3


@given(st.integers(0, 1000), st.floats(0, 1))
def test_the_share_is_that_of_the_images_that_are_changed(seed, share):
    flat = np.full((200, SIDE, SIDE, 3), (90, 120, 200), np.uint8)
    out = augment(flat, np.random.default_rng(seed), share, np.zeros(200, bool))
    kept = (out == flat[0, 0, 0]).all(axis=3).mean(axis=(1, 2)) > 0.5
    # six or seven of the thirteen changes tell on a flat colour, the others move or spread what is not there
    assert 0.3 * share - 0.1 <= 1 - kept.mean() <= 0.7 * share + 0.1
    assert share > 0 or kept.all()
