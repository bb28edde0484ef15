"""How a person stands before the camera: the head turned, the body under it, all of it nearer or farther."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pose:
    """Angles in degrees; 0 looks into the camera."""

    yaw: float  # of the head, to the person's left
    pitch: float  # of the head, down
    tilt: float  # of the head, to its right shoulder
    body: float  # of the body, to the person's left


@dataclass(frozen=True)
class Camera:
    """Maps decimetres to pixels of a picture."""

    pose: Pose
    middle: np.ndarray  # (3,) around which the head turns, on top of the neck
    aim: np.ndarray  # (3,) comes to lie at `centre`, wherever it was turned
    centre: tuple[float, float]  # pixels
    scale: float  # pixels for a decimetre at the middle of the head
    distance: float  # decimetres from the camera to the middle of the head

    def pixels(self, points: np.ndarray, turning: np.ndarray) -> np.ndarray:
        """Points (P, 3) as pixels to the right, down, and towards the camera.

        turning: (P,), how far each turns with the head, from 0 for the body to 1 for all that belongs to the head.
        """
        shown = self._turned(self.aim[None], np.ones(1))[0]
        turned = self._turned(points, turning)
        nearer = self.distance / (self.distance - turned[:, 2] + self.middle[2])
        across, up = ((turned[:, side] - shown[side]) * nearer * self.scale for side in (0, 1))
        x, y = self.centre
        return np.column_stack([x + across, y - up, turned[:, 2] * self.scale]).astype(np.float32)

    def _turned(self, points: np.ndarray, turning: np.ndarray) -> np.ndarray:
        """Points where they are after the head and the body have turned; the neck bends in between."""
        pose = self.pose
        yaw, pitch, tilt = (np.deg2rad(angle) * turning for angle in (pose.yaw - pose.body, pose.pitch, pose.tilt))
        yaw = yaw + np.deg2rad(pose.body)
        x, y, z = (points - self.middle).T
        x, y = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
        y, z = y * np.cos(pitch) - z * np.sin(pitch), y * np.sin(pitch) + z * np.cos(pitch)
        x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
        return np.column_stack([x, y, z]) + self.middle
