"""What a person should know of the data before training on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEW = 20  # images a class below which validation figures say little
IMBALANCE = 5.0  # largest over smallest class from which the loss is ruled by the large ones


def notes_on(counts: np.ndarray, names: Sequence[str]) -> tuple[str, ...]:
    """Sentences on classes that are small or of unequal size; counts: (classes,) images for training."""
    notes = []
    small = np.flatnonzero(counts < FEW)
    if len(small):
        least = int(counts[small].min())
        notes.append(
            f"{len(small)} of {len(counts)} classes have fewer than {FEW} images for training"
            f" (“{names[int(counts.argmin())]}” has {least}): expect little, and add images if you can."
        )
    if imbalance(counts) >= IMBALANCE:
        largest, smallest = names[int(counts.argmax())], names[int(counts.argmin())]
        notes.append(
            f"“{largest}” has {int(counts.max())} images and “{smallest}” {int(counts.min())}:"
            " switch on class weights, or add images of the small classes."
        )
    return tuple(notes)


def imbalance(counts: np.ndarray) -> float:
    """Largest class over smallest; infinite when one is empty."""
    return float(counts.max() / counts.min()) if counts.min() else float("inf")
