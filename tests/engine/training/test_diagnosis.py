"""Each rule speaks for the curve it is made for, and is silent for the others."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.diagnosis import GOOD, RULES, WARNING, Facts, diagnose
from engine.training.live import EpochRow


def curve(loss=None, val_loss=None, accuracy=None, val_accuracy=None, gradient=0.1) -> tuple[EpochRow, ...]:
    """A history from lists of values; what is not given follows what is."""
    count = len(next(values for values in (loss, val_loss, accuracy, val_accuracy) if values is not None))
    loss = loss or [1 / (index + 1) for index in range(count)]
    val_loss = val_loss or loss
    accuracy = accuracy or [0.9] * count
    val_accuracy = val_accuracy or accuracy
    rows = zip(loss, accuracy, val_loss, val_accuracy, strict=True)
    return tuple(
        EpochRow(index, *map(float, row), rate=0.001, seconds=1.0, images_per_second=100.0, gradient=gradient)
        for index, row in enumerate(rows, 1)
    )


HEALTHY = curve(loss=[1.0, 0.6, 0.4, 0.3, 0.25, 0.2])
CURVES = {
    "overfitting": curve(loss=[1, 0.5, 0.3, 0.2, 0.1, 0.05], val_loss=[1, 0.6, 0.7, 0.8, 0.9, 1.0]),
    "underfitting": curve(loss=[2.0] * 3 + [1.995] * 5, accuracy=[0.4] * 8),
    "diverging": curve(loss=[1.0, 0.8, 1.5]),
    "plateau": curve(loss=[1, 0.5, 0.4, 0.38, 0.37, 0.36, 0.35, 0.34], val_loss=[1, 0.5] + [0.497] * 6),
    "dead": curve(loss=[2.303, 2.3026, 2.3026], accuracy=[0.1] * 3, gradient=0.0),
    "gap": curve(loss=[1, 0.5, 0.3, 0.2], accuracy=[0.9, 0.95, 0.97, 0.98], val_accuracy=[0.7, 0.75, 0.78, 0.8]),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_called_by_its_name(name):
    findings = {finding.rule: finding for finding in diagnose(Facts(CURVES[name], 10))}
    assert name in findings
    assert findings[name].remedy
    assert not {"overfitting", "underfitting", "diverging", "dead"} & set(findings) - {name}


def test_a_healthy_curve_is_said_to_learn():
    (finding,) = diagnose(Facts(HEALTHY, 10))
    assert (finding.rule, finding.level) == ("learning", GOOD)


def test_nothing_is_said_before_the_first_epoch():
    assert diagnose(Facts((), 10)) == ()


def test_figures_are_in_the_words():
    (finding, *_) = diagnose(Facts(CURVES["overfitting"], 10))
    assert "for 4 epochs" in finding.text
    assert "0.6 to 1" in finding.text


def test_a_rate_too_high_shows_within_an_epoch():
    rising = np.concatenate([np.full(10, 0.5), np.linspace(0.5, 3, 20)])
    findings = diagnose(Facts(HEALTHY[:1], 10, batch_losses=rising))
    assert findings[0].rule == "rate"
    assert not any(f.rule == "rate" for f in diagnose(Facts(HEALTHY[:1], 10, batch_losses=rising[::-1])))


def test_imbalance_is_said_until_classes_are_weighted():
    facts = Facts(HEALTHY, 2, (100, 10))
    assert "imbalance" in {finding.rule for finding in diagnose(facts)}
    weighted = Facts(HEALTHY, 2, (100, 10), class_weights=True)
    assert "imbalance" not in {finding.rule for finding in diagnose(weighted)}


def test_warnings_come_first_and_silence_the_praise():
    findings = diagnose(Facts(CURVES["overfitting"], 2, (100, 10)))
    assert findings[0].level == WARNING
    assert GOOD not in {finding.level for finding in findings}


def test_every_rule_is_stated():
    assert all(rule.stated for rule in RULES.values())
