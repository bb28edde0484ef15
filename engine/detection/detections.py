"""The result of a detector on one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes with score and class, best first; arrays of one length that nobody writes to."""

    xyxy: np.ndarray  # (N, 4) float32, pixels of the picture
    score: np.ndarray  # (N,) float32, 0..1
    class_id: np.ndarray  # (N,) int64
    track_id: np.ndarray | None = None  # (N,) int64, -1 where a box has no track yet; None without tracking

    def __post_init__(self) -> None:
        count = len(self.xyxy)
        ids = () if self.track_id is None else (self.track_id,)
        if self.xyxy.shape != (count, 4) or any(a.shape != (count,) for a in (self.score, self.class_id, *ids)):
            shapes = [a.shape for a in (self.xyxy, self.score, self.class_id, *ids)]
            raise ValueError(f"Expected (N, 4) and arrays of (N,), received {shapes}.")
        for array in (self.xyxy, self.score, self.class_id, *ids):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, chosen: np.ndarray | slice | list[int]) -> Detections:
        """The boxes a mask, an index array or a slice chooses."""
        track_id = None if self.track_id is None else self.track_id[chosen].copy()
        return Detections(self.xyxy[chosen].copy(), self.score[chosen].copy(), self.class_id[chosen].copy(), track_id)

    @classmethod
    def none(cls) -> Detections:
        """No boxes."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def tracked(self, track_id: np.ndarray) -> Detections:
        """The same boxes with track ids (N,)."""
        return replace(self, track_id=track_id.astype(np.int64))

    def counts(self) -> dict[int, int]:
        """How many boxes of each class, the most frequent first."""
        found, numbers = np.unique(self.class_id, return_counts=True)
        return {int(found[i]): int(numbers[i]) for i in np.argsort(-numbers, kind="stable")}
