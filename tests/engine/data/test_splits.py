"""Dividing data evenly by class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.splits import split
from engine.errors import InvalidSetting


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(2, 60), min_size=2, max_size=8), st.floats(0.05, 0.9), st.integers(0, 5))
def test_parts_are_disjoint_complete_and_even_in_each_class(counts, share, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    parts = split(labels, np.zeros(len(labels), bool), share, seed)
    assert np.array_equal(np.sort(np.concatenate([parts.train, parts.validation])), np.arange(len(labels)))
    for index, count in enumerate(counts):
        held = int((labels[parts.validation] == index).sum())
        assert held == min(max(1, round(count * share)), count - 1)


def test_the_seed_decides():
    labels, none = np.arange(200) % 4, np.zeros(200, bool)
    one, same, other = (split(labels, none, 0.2, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.validation, same.validation)
    assert not np.array_equal(one.validation, other.validation)


def test_images_set_apart_are_never_trained_on():
    labels, test = np.arange(100) % 2, np.arange(100) >= 80
    parts = split(labels, test, 0.25, 0)
    assert np.array_equal(parts.test, np.arange(80, 100))
    assert parts.train.max() < 80
    assert parts.validation.max() < 80


def test_a_limit_takes_evenly_from_each_class():
    labels = np.repeat([0, 1], [900, 100])
    parts = split(labels, np.zeros(1000, bool), 0.2, 0, limit=100)
    assert np.bincount(labels[np.concatenate([parts.train, parts.validation])]).tolist() == [90, 10]


def test_a_class_with_one_image_is_trained_on():
    labels = np.array([0, 0, 0, 1, 1, 2])
    parts = split(labels, np.zeros(6, bool), 0.2, 0)
    assert 5 in parts.train


def test_three_images_of_two_classes_are_enough_and_one_class_is_not():
    assert len(split(np.array([0, 0, 1]), np.zeros(3, bool), 0.2, 0).validation) == 1
    with pytest.raises(InvalidSetting, match="of 1 classes"):
        split(np.zeros(50, int), np.zeros(50, bool), 0.2, 0)


def test_ten_thousand_classes():
    labels = np.repeat(np.arange(10_000), 3)
    parts = split(labels, np.zeros(30_000, bool), 0.2, 0)
    assert len(parts.validation) == 10_000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=2, max_size=7), st.floats(0.05, 0.9), st.integers(0, 3))
def test_a_burst_is_never_divided(sizes, share, seed):
    groups = np.concatenate([np.repeat(np.arange(len(sizes)), sizes), 100 + np.repeat(np.arange(len(sizes)), sizes)])
    labels = (groups >= 100).astype(int)
    parts = split(labels, np.zeros(len(labels), bool), share, seed, groups=groups)
    assert not set(groups[parts.train]) & set(groups[parts.validation])
    assert set(labels[parts.train]) == set(labels[parts.validation]) == {0, 1}
