"""How the images that the photo classifier learns from are changed."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.train_cifar10 import HOLE, PAD, SIDE, augment


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
