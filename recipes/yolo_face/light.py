"""Light, skin and cameras: how the colours of a face differ, and what cameras do to a picture."""

from __future__ import annotations

import cv2
import numpy as np


def relight(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photo RGB uint8 in other light: darker or lighter skin, warmer or colder, lit from one side or none."""
    steps = np.arange(256, dtype=np.float32) / 255
    gamma = np.exp(rng.uniform(-0.7, 0.9))
    tint = np.exp(rng.normal(0, 0.12, 3))
    table = np.clip(steps[:, None] ** gamma * 255 * tint * rng.uniform(0.7, 1.15), 0, 255).astype(np.uint8)
    out = cv2.LUT(np.ascontiguousarray(pixels), table.reshape(1, 256, 3))
    if rng.random() < 0.25:
        across = np.linspace(rng.uniform(0.4, 1.0), rng.uniform(0.4, 1.0), out.shape[1], dtype=np.float32)
        out = (out * across[None, :, None]).astype(np.uint8)
    return out


def spoil(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A scene as a camera may give it: exposure, colour, blur, noise, few pixels, JPEG."""
    out = _colours(pixels, rng)
    if rng.random() < 0.12:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.06:
        out = _shaken(out, rng)
    if rng.random() < 0.12:
        out = _coarse(out, rng.uniform(0.4, 0.8))
    if rng.random() < 0.15:
        grain = rng.integers(0, 256, out.shape[:2], dtype=np.uint8)  # cheap: one draw for the three colours
        out = cv2.addWeighted(out, 1.0, cv2.merge((grain, grain, grain)), (w := rng.uniform(0.02, 0.12)), -127.5 * w)
    if rng.random() < 0.3:
        quality = int(rng.integers(25, 90))
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        out = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return out


def _colours(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    kind = rng.random()
    if kind < 0.06:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    elif kind < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        vivid = rng.uniform(0.4, 1.5)
        pixels = cv2.addWeighted(pixels, vivid, grey, 1 - vivid, 0)
    steps = np.arange(256, dtype=np.float32) / 255
    curve = steps[:, None] ** np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.07, 3))
    contrast, lift = rng.uniform(0.6, 1.25), rng.normal(0, 0.08)
    table = np.clip(((curve - 0.5) * contrast + 0.5 + lift) * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(pixels), table.reshape(1, 256, 3))


def _shaken(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1)
    return cv2.filter2D(pixels, -1, kernel / kernel.sum())


def _coarse(pixels: np.ndarray, share: float) -> np.ndarray:
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
