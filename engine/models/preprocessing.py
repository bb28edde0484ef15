"""From any image to the input of a network: the one path that training, classification and explanation share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.errors import InvalidSetting
from engine.models.cards import Preprocessing
from engine.models.digit_image import fit_digit

CROP_SHARE = 0.875  # 224 of 256: the share of the shorter side that ImageNet networks are evaluated on

Window = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image as a network takes it, and as a person can check it."""

    tensor: np.ndarray  # (height, width, channels) float32, in the network's own scale
    seen: np.ndarray  # the same as uint8, before scaling
    window: Window  # x0, y0, x1, y1: the part of the source, in its pixels, that fills the input


def prepare(image: np.ndarray, how: Preprocessing) -> Prepared:
    """Bring an RGB uint8 image (H, W, 3) to what `how` describes. Raises InvalidSetting for an unknown name."""
    seen, window = _entry(FITS, how.fit, "fit")(image, how)
    if seen.ndim == 2:
        seen = seen[:, :, None]
    return Prepared(_entry(SCALES, how.scale, "scale")(seen), seen, window)


def _entry(table: dict[str, Callable], name: str, kind: str) -> Callable:
    if name not in table:
        raise InvalidSetting(f"There is no {kind} “{name}”.", f"Choose one of: {', '.join(table)}.")
    return table[name]


def _resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    shrinking = image.shape[0] * image.shape[1] > height * width
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)


def _channels(image: np.ndarray, how: Preprocessing) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if how.channels == 1 else image


def _stretch(image: np.ndarray, how: Preprocessing) -> tuple[np.ndarray, Window]:
    height, width = image.shape[:2]
    return _channels(_resize(image, how.height, how.width), how), (0.0, 0.0, float(width), float(height))


def _central(image: np.ndarray, how: Preprocessing, share: float) -> tuple[np.ndarray, Window]:
    """The largest central rectangle of the network's aspect, `share` of it, resized."""
    height, width = image.shape[:2]
    step = share * min(height / how.height, width / how.width)  # source pixels per input pixel
    crop_h, crop_w = max(1, round(step * how.height)), max(1, round(step * how.width))
    top, left = (height - crop_h) // 2, (width - crop_w) // 2
    crop = np.ascontiguousarray(image[top : top + crop_h, left : left + crop_w])
    seen = _channels(_resize(crop, how.height, how.width), how)
    return seen, (float(left), float(top), float(left + crop_w), float(top + crop_h))


def _pad(image: np.ndarray, how: Preprocessing) -> tuple[np.ndarray, Window]:
    """The whole image, centred on grey 114 so that nothing is cut off or distorted."""
    height, width = image.shape[:2]
    ratio = min(how.height / height, how.width / width)
    new_h, new_w = max(1, round(height * ratio)), max(1, round(width * ratio))
    canvas = np.full((how.height, how.width, 3), 114, np.uint8)
    top, left = (how.height - new_h) // 2, (how.width - new_w) // 2
    canvas[top : top + new_h, left : left + new_w] = _resize(image, new_h, new_w)
    sx, sy = width / new_w, height / new_h
    return _channels(canvas, how), (-left * sx, -top * sy, (how.width - left) * sx, (how.height - top) * sy)


def _digit(image: np.ndarray, how: Preprocessing) -> tuple[np.ndarray, Window]:
    found = fit_digit(image, how.height)
    return found.pixels, found.window


FITS: dict[str, Callable[[np.ndarray, Preprocessing], tuple[np.ndarray, Window]]] = {
    "crop": lambda image, how: _central(image, how, CROP_SHARE),  # as ImageNet networks are evaluated
    "cover": lambda image, how: _central(image, how, 1.0),  # the largest central part
    "stretch": _stretch,  # everything, aspect not kept
    "pad": _pad,  # everything, aspect kept
    "digit": _digit,  # one written digit, found, centred, light on dark as in MNIST
}

_IMAGENET_MEAN_BGR = np.array([103.939, 116.779, 123.68], np.float32)  # of the Caffe networks (VGG, ResNet v1)
_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of the torchvision networks
_IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)

SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "raw": lambda seen: seen.astype(np.float32),  # 0..255: the network scales by itself
    "unit": lambda seen: seen.astype(np.float32) / 255,
    "signed": lambda seen: seen.astype(np.float32) / 127.5 - 1,
    "caffe": lambda seen: seen[:, :, ::-1].astype(np.float32) - _IMAGENET_MEAN_BGR,
    "torch": lambda seen: (seen.astype(np.float32) / 255 - _IMAGENET_MEAN) / _IMAGENET_STD,
}
