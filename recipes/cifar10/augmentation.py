"""Random changes of training images: moved, mirrored and partly erased all, and one further change of most.

The further change is one of a table, drawn anew with a strength drawn anew for every image (TrivialAugment, Mueller and
Hutter 2021): a small network needs no search for a better policy than that.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

PAD = 4  # pixels an image is moved by at most
HOLE = 12  # side of the square that is erased (DeVries and Taylor 2017)
GREY = (125, 123, 114)  # the mean colour of the training images: it says nothing
Change = Callable[[np.ndarray, float], np.ndarray]


def augment(images: np.ndarray, rng: np.random.Generator, share: float, mirrored: np.ndarray) -> np.ndarray:
    """Images (N, side, side, 3) uint8 as a training epoch shows them, those named in `mirrored` (N,) mirrored.

    share: 0 to 1, of the images that are changed by one of CHANGES.
    """
    moved = _moved(images, rng, mirrored)
    for index in np.flatnonzero(rng.random(len(images)) < share):
        change = CHANGES[rng.integers(len(CHANGES))]
        moved[index] = np.clip(change(moved[index], rng.uniform(-1, 1)), 0, 255)
    moved[_holes(len(images), images.shape[1], rng)] = GREY
    return moved


def _moved(images: np.ndarray, rng: np.random.Generator, mirrored: np.ndarray) -> np.ndarray:
    """By whole pixels: between pixels an image of this size loses the detail that tells cats from dogs."""
    count, side = images.shape[:2]
    padded = np.pad(images, ((0, 0), (PAD, PAD), (PAD, PAD), (0, 0)), mode="reflect")
    rows = rng.integers(0, 2 * PAD + 1, (count, 1)) + np.arange(side)
    columns = rng.integers(0, 2 * PAD + 1, (count, 1)) + np.arange(side)
    columns[mirrored] = columns[mirrored, ::-1]
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _holes(count: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Mask (count, side, side) of a square in each image, which may lie over its edge."""
    centres = rng.integers(0, side, (count, 2))
    near = np.abs(np.arange(side) - centres[:, :, None]) <= HOLE // 2
    return near[:, 0, :, None] & near[:, 1, None, :]


def _warped(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Each pixel taken from `matrix` (2, 2) times its place, seen from the centre."""
    side = len(image)
    centre = np.full(2, (side - 1) / 2)
    whole = np.column_stack([matrix, centre - matrix @ centre])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, whole, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def _rotated(image: np.ndarray, strength: float) -> np.ndarray:
    angle = np.radians(30 * strength)
    return _warped(image, np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]))


def _leaning(image: np.ndarray, strength: float) -> np.ndarray:
    return _warped(image, np.array([[1, 0.3 * strength], [0, 1]]))


def _sinking(image: np.ndarray, strength: float) -> np.ndarray:
    return _warped(image, np.array([[1, 0], [0.3 * strength, 1]]))


def _nearer(image: np.ndarray, strength: float) -> np.ndarray:
    return _warped(image, np.eye(2) * np.exp(0.3 * strength))


def _wider(image: np.ndarray, strength: float) -> np.ndarray:
    return _warped(image, np.diag([np.exp(0.3 * strength), 1]))


def _brighter(image: np.ndarray, strength: float) -> np.ndarray:
    return image * (1 + 0.6 * strength)


def _away_from(other: np.ndarray | float, image: np.ndarray, strength: float) -> np.ndarray:
    """The difference of the image and `other` made larger, or with a strength under 0 smaller."""
    return other + (image - other) * (1 + strength)


def _harder(image: np.ndarray, strength: float) -> np.ndarray:
    return _away_from(float(image.mean()), image, 0.8 * strength)


def _colourful(image: np.ndarray, strength: float) -> np.ndarray:
    return _away_from(image.mean(2, keepdims=True), image, 0.9 * strength)


def _sharper(image: np.ndarray, strength: float) -> np.ndarray:
    return _away_from(cv2.blur(image, (3, 3)).astype(float), image, 0.9 * strength)


def _warmer(image: np.ndarray, strength: float) -> np.ndarray:
    return image * (1 + strength * np.array([0.3, 0, -0.3]))


def _posterised(image: np.ndarray, strength: float) -> np.ndarray:
    lost = round(5 * abs(strength))  # bits
    return image >> lost << lost


def _solarised(image: np.ndarray, strength: float) -> np.ndarray:
    return np.where(image > 255 * (1 - abs(strength)), 255 - image, image)


def _equalised(image: np.ndarray, strength: float) -> np.ndarray:
    flat = np.dstack([cv2.equalizeHist(np.ascontiguousarray(image[..., channel])) for channel in range(3)])
    return _away_from(flat.astype(float), image, -abs(strength))


CHANGES: tuple[Change, ...] = (
    *(_rotated, _leaning, _sinking, _nearer, _wider),
    *(_brighter, _harder, _colourful, _sharper, _warmer, _posterised, _solarised, _equalised),
)
