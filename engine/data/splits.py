"""Dividing data into training, validation and test, evenly from each class and the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Split:
    """Which images serve what; the three are disjoint."""

    train: np.ndarray  # (n,) int64 indices, ascending
    validation: np.ndarray
    test: np.ndarray  # empty unless the data's makers set some apart


def split(
    labels: np.ndarray,
    test: np.ndarray,
    share: float,
    seed: int,
    limit: int = 0,
    groups: np.ndarray | None = None,
) -> Split:
    """Hold out `share` of each class for validation, at least one of every class that has two or more.

    labels: (N,) int. test: (N,) bool, set apart already. limit: at most so many of each of the two parts, evenly from
    each class; 0 for all. groups: (N,) int, images of one group stay together where a class has several. Raises
    InvalidSetting when there are not two classes to tell apart.
    """
    rng = np.random.default_rng(seed)
    training, validation = [], []
    for members in by_class(labels, np.flatnonzero(~test), limit, rng):
        held = min(max(1, round(len(members) * share)), len(members) - 1)
        if groups is not None:
            members, held = _together(members, groups[members], held)
        validation.append(members[:held])
        training.append(members[held:])
    kept = by_class(labels, np.flatnonzero(test), limit, rng)
    found = Split(_joined(training), _joined(validation), _joined(kept))
    if len(np.unique(labels[found.train])) < 2 or not len(found.validation):
        raise InvalidSetting(
            f"{len(found.train)} images of {len(np.unique(labels[found.train]))} classes remain for training.",
            "At least two classes with two images each are needed.",
        )
    return found


def _together(members: np.ndarray, groups: np.ndarray, held: int) -> tuple[np.ndarray, int]:
    """The members with whole groups first, and how many of them to hold out: the groups that reach `held` first.

    One group always remains; a class of a single group is divided as if there were none.
    """
    _, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    if len(first) < 2:
        return members, held
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    _, place = np.unique(groups, return_inverse=True)
    reached = np.cumsum(sizes[order])
    taken = min(int(np.searchsorted(reached, held)), len(order) - 2)
    return members[np.argsort(rank[place], kind="stable")], int(reached[taken])


def by_class(labels: np.ndarray, among: np.ndarray, limit: int, rng: np.random.Generator) -> list[np.ndarray]:
    """The indices `among` grouped by class, each in random order, together at most `limit` (0 for all)."""
    if not len(among):
        return []
    order = among[np.argsort(labels[among], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    groups = [rng.permutation(group) for group in groups]
    if not limit or limit >= len(among):
        return groups
    each = limit / len(among)
    return [group[: max(2, round(len(group) * each))] for group in groups]


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.sort(np.concatenate(parts)).astype(np.int64) if parts else np.empty(0, np.int64)
