"""Metrics equal those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from engine.training.metrics import (
    calibration,
    class_scores,
    commonest_mistake,
    confusion,
    confusion_among,
    mistakes,
    most_confused,
    rates,
)
from engine.training.smoothing import smooth, thin

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(pairs)
def test_confusion_and_scores_are_those_of_scikit_learn(answers):
    truth, predicted = np.array(answers).T
    counts = confusion(truth, predicted, 5)
    assert np.array_equal(counts, confusion_matrix(truth, predicted, labels=range(5)))
    expected = precision_recall_fscore_support(truth, predicted, labels=range(5), zero_division=0)
    scores = class_scores(truth, predicted, 5)
    for ours, theirs in zip((scores.precision, scores.recall, scores.f1, scores.support), expected, strict=True):
        np.testing.assert_allclose(ours, theirs)
    assert scores.macro_f1 == pytest.approx(expected[2].mean())


def test_rates_of_an_absent_class_are_zero():
    assert rates(np.array([[3, 1], [0, 0]])).tolist() == [[0.75, 0.25], [0, 0]]


def test_calibration_of_an_honest_and_of_a_boastful_network():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 1, 20_000)
    honest = calibration(confidence, rng.uniform(size=20_000) < confidence)
    assert honest.error < 0.02
    boastful = calibration(np.full(1000, 0.95), np.arange(1000) < 500)
    assert boastful.error == pytest.approx(0.45)
    assert boastful.count[9] == 1000
    assert np.isnan(boastful.accuracy[0])


def test_mistakes_come_with_the_most_confident_first():
    truth, predicted = np.array([0, 1, 1, 0]), np.array([1, 1, 0, 1])
    assert mistakes(truth, predicted, np.array([0.5, 0.9, 0.8, 0.7])).tolist() == [2, 3, 0]


def test_the_commonest_mistake():
    assert commonest_mistake(np.array([[9, 2], [5, 9]])) == (1, 0)
    assert commonest_mistake(np.diag([3, 4])) == (0, 0)


def test_smoothing_is_the_weighted_mean_it_says():
    values = np.array([1.0, 5.0, 2.0, 8.0])
    weights = 0.7 ** np.arange(4)[::-1]
    assert smooth(values, 0.7)[-1] == pytest.approx((weights * values).sum() / weights.sum())
    assert smooth(values, 0.7)[0] == pytest.approx(1)
    assert np.array_equal(smooth(values, 0), values)


def test_thinning_keeps_every_peak_and_cuts_what_is_out_of_view():
    x = np.arange(10_000.0)
    y = np.zeros(10_000)
    y[[1234, 7001]] = (5, -3)
    thin_x, thin_y = thin(x, y, -np.inf, np.inf, 100)
    assert len(thin_x) == 200
    assert (thin_y.max(), thin_y.min()) == (5, -3)
    assert np.all(np.diff(thin_x) >= 0)
    near_x, near_y = thin(x, y, 1230.0, 1240.0, 100)
    assert near_x.tolist() == list(range(1229, 1242))
    assert near_y[near_x == 1234] == 5


def test_of_ten_thousand_classes_the_most_confused_are_shown():
    truth = np.arange(10_000)
    predicted = truth.copy()
    predicted[[7, 8, 9]] = 5000
    chosen = most_confused(truth, predicted, 10_000, 4)
    assert chosen.tolist() == [7, 8, 9, 5000]
    assert confusion_among(truth, predicted, chosen).tolist() == [
        [0, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
    ]
    assert class_scores(truth, predicted, 10_000).precision[5000] == pytest.approx(0.25)
