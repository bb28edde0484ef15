"""A Kalman filter for boxes that move steadily, for all tracks at once, with the real time between frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Deviations in heights of the box, as in DeepSORT and ByteTrack, there for one frame at 30 frames/s.
POSITION, VELOCITY, FRAME_S = 1 / 20, 1 / 160, 1 / 30


@dataclass
class Motion:
    """Believed state of N boxes: centre x, centre y, width, height and their speeds in pixels a second."""

    mean: np.ndarray  # (N, 8) float64
    covariance: np.ndarray  # (N, 8, 8) float64

    @classmethod
    def starting_at(cls, boxes: np.ndarray) -> Motion:
        """Believe new boxes (N, 4: centre x, centre y, width, height), at rest."""
        count = len(boxes)
        mean = np.concatenate([boxes, np.zeros((count, 4))], axis=1).astype(np.float64)
        deviation = np.empty((count, 8))
        deviation[:, :4] = 2 * POSITION * boxes[:, 3:4]
        deviation[:, 4:] = 10 * VELOCITY / FRAME_S * boxes[:, 3:4]
        return cls(mean, np.einsum("ni,ij->nij", deviation**2, np.eye(8)))

    def predict(self, seconds: float) -> None:
        """Let time pass: boxes move on by their speed, and the belief widens."""
        if not len(self.mean):
            return
        step = np.eye(8)
        step[:4, 4:] = np.eye(4) * seconds
        share = max(seconds / FRAME_S, 1e-3)
        deviation = np.empty((len(self.mean), 8))
        deviation[:, :4] = POSITION * np.sqrt(share) * self.mean[:, 3:4]
        deviation[:, 4:] = VELOCITY / FRAME_S * np.sqrt(share) * self.mean[:, 3:4]
        self.mean = self.mean @ step.T
        self.mean[:, 2:4] = np.maximum(self.mean[:, 2:4], 1.0)  # a box never shrinks to nothing unseen
        self.covariance = step @ self.covariance @ step.T + np.einsum("ni,ij->nij", deviation**2, np.eye(8))

    def update(self, rows: np.ndarray, boxes: np.ndarray) -> None:
        """Correct the belief in `rows` (M,) by what was seen there (M, 4)."""
        if not len(rows):
            return
        mean, covariance = self.mean[rows], self.covariance[rows]
        noise = np.einsum("ni,ij->nij", np.repeat((POSITION * mean[:, 3:4]) ** 2, 4, axis=1), np.eye(4))
        gain = np.linalg.solve(covariance[:, :4, :4] + noise, covariance[:, :4, :]).transpose(0, 2, 1)
        self.mean[rows] = mean + np.einsum("nij,nj->ni", gain, boxes - mean[:, :4])
        self.covariance[rows] = covariance - gain @ covariance[:, :4, :]

    def keep(self, rows: np.ndarray) -> None:
        """Forget all but these rows (mask or indices)."""
        self.mean, self.covariance = self.mean[rows], self.covariance[rows]

    def add(self, other: Motion) -> None:
        """Append further boxes."""
        self.mean = np.concatenate([self.mean, other.mean])
        self.covariance = np.concatenate([self.covariance, other.covariance])
