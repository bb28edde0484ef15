"""How good a classifier is: confusion, precision, recall, F1, calibration and the mistakes, from its answers alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes) int64: row is the true class, column the predicted one."""
    return np.bincount(truth.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)


def most_confused(truth: np.ndarray, predicted: np.ndarray, classes: int, most: int) -> np.ndarray:
    """At most `most` classes, ascending: those with the most mistakes, given or received; all of them if they fit."""
    if classes <= most:
        return np.arange(classes)
    wrong = truth != predicted
    mistakes_of = np.bincount(truth[wrong], minlength=classes) + np.bincount(predicted[wrong], minlength=classes)
    return np.sort(np.argsort(-mistakes_of, kind="stable")[:most])


def confusion_among(truth: np.ndarray, predicted: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Counts (n, n) among the chosen classes (n,) ascending; answers that touch another class are left out."""
    inside = np.isin(truth, chosen) & np.isin(predicted, chosen)
    rows, columns = (np.searchsorted(chosen, part[inside]) for part in (truth, predicted))
    return confusion(rows, columns, len(chosen))


def rates(counts: np.ndarray) -> np.ndarray:
    """Each row of a confusion matrix as shares of its true class; rows without images are zero."""
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Per class, each (classes,) float64 in 0..1; 0 where there is nothing to divide by."""

    precision: np.ndarray  # of the images called so, the share that are
    recall: np.ndarray  # of the images that are so, the share called so
    f1: np.ndarray  # harmonic mean of the two
    support: np.ndarray  # (classes,) int64 images of the class

    @property
    def macro_f1(self) -> float:
        """Mean F1 over classes, each counting the same."""
        return float(self.f1.mean())


def class_scores(truth: np.ndarray, predicted: np.ndarray, classes: int) -> ClassScores:
    """Scores from answers, as scikit-learn's precision_recall_fscore_support with zero_division 0; any class count."""
    right = np.bincount(truth[truth == predicted], minlength=classes).astype(np.float64)
    called, support = np.bincount(predicted, minlength=classes), np.bincount(truth, minlength=classes)
    precision = right / np.maximum(called, 1)
    recall = right / np.maximum(support, 1)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    return ClassScores(precision, recall, f1, support)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether an answer given with confidence p is right in a share p of the cases (Guo et al. 2017)."""

    edges: np.ndarray  # (bins + 1,) of the confidence
    confidence: np.ndarray  # (bins,) mean confidence; NaN in empty bins
    accuracy: np.ndarray  # (bins,) share of right answers; NaN in empty bins
    count: np.ndarray  # (bins,) int64
    error: float  # expected calibration error, 0..1


def calibration(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> Calibration:
    """Reliability over equal bins. confidence: (N,) in 0..1. right: (N,) bool."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, confidence, bins) / count
        share = np.bincount(place, right.astype(float), bins) / count
    gap = np.nansum(count * np.abs(mean - share)) / max(len(confidence), 1)
    return Calibration(edges, mean, share, count, float(gap))


def mistakes(truth: np.ndarray, predicted: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Positions of the wrong answers, the most confident first."""
    wrong = np.flatnonzero(truth != predicted)
    return wrong[np.argsort(-confidence[wrong], kind="stable")]


def commonest_mistake(counts: np.ndarray) -> tuple[int, int]:
    """True and predicted class of the largest count off the diagonal; (0, 0) when there is no mistake."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (int(row), int(column)) if wrong.any() else (0, 0)
