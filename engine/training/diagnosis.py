"""What the curves say, in plain words: each finding from a rule that is stated, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.training.live import EpochRow

GOOD, NOTICE, WARNING = "good", "notice", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying."""

    rule: str  # id in RULES
    level: str  # "good", "notice" or "warning"
    text: str  # what is seen, with its figures
    remedy: str  # what to try; empty when all is well


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at."""

    history: Sequence[EpochRow]
    classes: int
    train_counts: Sequence[int] = ()  # images a class; () when unknown
    class_weights: bool = False
    batch_losses: np.ndarray | None = None  # of the epoch under way or the newest, in order


@dataclass(frozen=True, slots=True)
class Rule:
    """A check on the curves, and what it checks, as it is shown to the person."""

    id: str
    stated: str
    check: Callable[[Facts], Finding | None]


def diagnose(facts: Facts) -> tuple[Finding, ...]:
    """Every finding, the most serious first; one that says all is well when nothing else is to be said."""
    found = [finding for rule in RULES.values() if (finding := rule.check(facts)) is not None]
    order = (WARNING, NOTICE, GOOD)
    if any(finding.level == WARNING for finding in found):
        found = [finding for finding in found if finding.level != GOOD]
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))


_RISES, _FALLS = 3, 0.005  # epochs of rising validation loss; least relative fall of training loss a span
_GAP = 0.10  # accuracy by which training is ahead of validation
_LEVEL, _LEVEL_SPAN = 0.01, 5  # relative change of training loss that counts as none; over so many epochs
_LOW = 0.75  # training accuracy below which a level curve is underfitting
_DEAD_GRADIENT = 1e-6
_UNEQUAL = 5.0


def _values(facts: Facts, name: str) -> np.ndarray:
    return np.array([getattr(row, name) for row in facts.history], np.float64)


def _chance(facts: Facts) -> float:
    """Accuracy of always naming the largest class."""
    counts = np.asarray(facts.train_counts, float)
    return float(counts.max() / counts.sum()) if counts.sum() else 1 / max(facts.classes, 1)


def _diverging(facts: Facts) -> Finding | None:
    loss = _values(facts, "loss")
    if len(loss) and not np.isfinite(loss[-1]):
        return Finding("diverging", WARNING, "The loss is not a number any more.", "Lower the learning rate tenfold.")
    if len(loss) >= 2 and loss[-1] > 1.5 * loss.min() and loss[-1] > loss[-2]:
        return Finding(
            "diverging",
            WARNING,
            f"The training loss rose to {loss[-1]:.3g}, {loss[-1] / loss.min():.1f} times its smallest value.",
            "Lower the learning rate, or add warm-up.",
        )
    return None


def _rate_too_high(facts: Facts) -> Finding | None:
    losses = facts.batch_losses
    if losses is None or len(losses) < 20:
        return None
    start, end = float(np.mean(losses[:5])), float(np.mean(losses[-10:]))
    if not np.isfinite(end) or end > 2 * start:
        return Finding(
            "rate", WARNING, f"Within one epoch the loss went from {start:.3g} to {end:.3g}.",
            "The learning rate is too high: divide it by 3 to 10, or let the finder suggest one.",
        )  # fmt: skip
    return None


def _dead(facts: Facts) -> Finding | None:
    if len(facts.history) < 2:
        return None
    accuracy, loss, gradient = (_values(facts, name)[-2:] for name in ("accuracy", "loss", "gradient"))
    chance = _chance(facts)
    still = abs(loss[1] - loss[0]) < 0.002 * max(abs(loss[0]), 1e-9)
    vanished = np.isfinite(gradient[-1]) and gradient[-1] < _DEAD_GRADIENT
    if (vanished or still) and accuracy[-1] <= chance + 0.03 and loss[-1] > 0.5:
        why = f"its gradient is {gradient[-1]:.1g}" if vanished else f"its loss stays at {loss[-1]:.3g}"
        return Finding(
            "dead", WARNING, f"The network does not learn: {accuracy[-1]:.0%} right is what guessing gives, and {why}.",
            "Start again with another learning rate (lower if it died, higher if it never moved) or batch norm.",
        )  # fmt: skip
    return None


def _overfitting(facts: Facts) -> Finding | None:
    loss, val = _values(facts, "loss"), _values(facts, "val_loss")
    if len(val) <= _RISES:
        return None
    best = int(val.argmin())
    since = len(val) - 1 - best
    if since >= _RISES and val[-1] > val[best] * 1.02 and loss[-1] < loss[best] * (1 - _FALLS):
        return Finding(
            "overfitting",
            WARNING,
            f"Overfitting: validation loss has been above its best for {since} epochs"
            f" ({val[best]:.3g} to {val[-1]:.3g}) while training loss fell ({loss[best]:.3g} to {loss[-1]:.3g}).",
            "Try dropout, augmentation or more images, or stop here: the best weights are kept.",
        )
    return None


def _gap(facts: Facts) -> Finding | None:
    if len(facts.history) < 3 or _overfitting(facts):
        return None
    train, val = _values(facts, "accuracy")[-3:].mean(), _values(facts, "val_accuracy")[-3:].mean()
    if train - val > _GAP:
        return Finding(
            "gap",
            NOTICE,
            f"Training is right in {train:.0%} of cases, validation in {val:.0%}: the network is starting to"
            " memorise the training images.",
            "Augmentation or dropout usually closes the gap.",
        )
    return None


def _underfitting(facts: Facts) -> Finding | None:
    if len(facts.history) < _LEVEL_SPAN + 1 or _dead(facts):
        return None
    loss, accuracy = _values(facts, "loss"), _values(facts, "accuracy")[-1]
    change = (loss[-1 - _LEVEL_SPAN] - loss[-1]) / max(abs(loss[-1 - _LEVEL_SPAN]), 1e-9)
    if abs(change) < _LEVEL and accuracy < _LOW:
        return Finding(
            "underfitting",
            WARNING,
            f"Underfitting: training loss has changed by {abs(change):.1%} in {_LEVEL_SPAN} epochs and only"
            f" {accuracy:.0%} of the training images are right.",
            "Try a wider or deeper network, a higher learning rate, or less augmentation and dropout.",
        )
    return None


def _plateau(facts: Facts) -> Finding | None:
    val = _values(facts, "val_loss")
    if len(val) <= _LEVEL_SPAN or _overfitting(facts) or _underfitting(facts) or _dead(facts):
        return None
    before, recent = val[:-_LEVEL_SPAN].min(), val[-_LEVEL_SPAN:].min()
    if recent > before * (1 - _LEVEL):
        return Finding(
            "plateau",
            NOTICE,
            f"Plateau: validation loss has improved by less than {_LEVEL:.0%} in {_LEVEL_SPAN} epochs (best"
            f" {val.min():.3g}).",
            "A lower learning rate (schedule “plateau” or “cosine”) may gain a little more; otherwise it is done.",
        )
    return None


def _imbalance(facts: Facts) -> Finding | None:
    counts = np.asarray(facts.train_counts)
    if facts.class_weights or not len(counts) or not counts.min() or counts.max() / counts.min() < _UNEQUAL:
        return None
    return Finding(
        "imbalance",
        NOTICE,
        f"The largest class has {counts.max() / counts.min():.0f} times the images of the smallest:"
        f" naming only the largest would already be right in {_chance(facts):.0%} of cases.",
        "Switch on class weights, and look at recall class by class instead of accuracy.",
    )


def _learning(facts: Facts) -> Finding | None:
    if not facts.history:
        return None
    last, val = facts.history[-1], _values(facts, "val_loss")
    if len(val) - 1 - int(val.argmin()) > 1:
        return None
    return Finding(
        "learning", GOOD, f"Learning: validation loss {last.val_loss:.3g}, {last.val_accuracy:.1%} right.", ""
    )


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("diverging", "training loss above 1.5 times its smallest and rising, or not a number", _diverging),
        Rule("rate", "mean loss of the last 10 batches over twice that of the first 5 of an epoch", _rate_too_high),
        Rule(
            "dead",
            "accuracy less than 3 percentage points above guessing while the gradient is below"
            f" {_DEAD_GRADIENT:g} or the loss stands still",
            _dead,
        ),
        Rule(
            "overfitting",
            f"validation loss over 2 % above its best, reached {_RISES} or more epochs ago, while training loss fell",
            _overfitting,
        ),
        Rule(
            "gap",
            f"training accuracy more than {_GAP * 100:.0f} percentage points above validation accuracy,"
            " mean of 3 epochs",
            _gap,
        ),
        Rule(
            "underfitting",
            f"training loss within {_LEVEL:.0%} of that {_LEVEL_SPAN} epochs ago, training accuracy under {_LOW:.0%}",
            _underfitting,
        ),
        Rule(
            "plateau",
            f"best validation loss of {_LEVEL_SPAN} epochs less than {_LEVEL:.0%} below the one before",
            _plateau,
        ),
        Rule("imbalance", f"largest class over {_UNEQUAL:g} times the smallest, without class weights", _imbalance),
        Rule("learning", "the best validation loss is at most one epoch old", _learning),
    )
}
