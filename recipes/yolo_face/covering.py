"""What people wear on their faces and hold before them, drawn: caps, helmets, dark glasses, beards, masks, hands."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Draw = Callable[[np.ndarray, np.ndarray, np.ndarray, np.random.Generator], None]


def covered(pixels: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A copy of RGB uint8 pixels with one such thing on the face of a box."""
    out = pixels.copy()
    x0, y0, x1, y1 = box.astype(int)
    cheek = pixels[y0 + (y1 - y0) // 2 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].reshape(-1, 3)
    skin = np.median(cheek, axis=0) if len(cheek) else np.full(3, 128.0)
    frame = np.array([box[:2], box[2:] - box[:2]])  # corner and extent: shapes are drawn in shares of the face
    KINDS[rng.integers(len(KINDS))](out, frame, skin, rng)
    return out


def _cap(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Down to the brows, often with a brim whose shade lies on the eyes."""
    low, colour = rng.uniform(0.08, 0.34), _cloth(rng)
    _oval(out, frame, (0.5, low), (0.62, low + 0.42), colour, start=180)
    if rng.random() < 0.7:
        _shade(out, frame, (0.0, low, 1.0, low + 0.25), rng.uniform(0.35, 0.8))
        aside = rng.uniform(-0.25, 0.25)
        _oval(out, frame, (0.5 + aside, low), (0.62, 0.09), tuple(int(v * 0.7) for v in colour))


def _helmet(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Around the head, with a strap or sides beside the cheeks."""
    low, colour = rng.uniform(0.1, 0.3), _cloth(rng)
    _oval(out, frame, (0.5, low), (0.75, low + 0.5), colour, start=180)
    for left, right in ((-0.25, 0.06), (0.94, 1.25)):
        _block(out, frame, (left, low, right, rng.uniform(0.4, 0.9)), colour)


def _glasses(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Dark, some so large that they hide the brows."""
    colour = tuple(int(v) for v in rng.integers(0, 60, 3))
    size = (rng.uniform(0.17, 0.24), rng.uniform(0.09, 0.17))
    for centre in (0.27, 0.73):
        _oval(out, frame, (centre, 0.42), size, colour)
    _block(out, frame, (0.0, 0.38, 1.0, 0.42), colour)


def _beard(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Dark or grey around the mouth, which stays free."""
    colour = tuple(int(v) for v in rng.uniform(0.1, 0.7) * skin + rng.uniform(0, 60))
    layer = out.copy()
    _oval(layer, frame, (0.5, 0.82), (0.46, 0.3), colour)
    _oval(layer, frame, (0.5, 0.76), (0.16, 0.05), tuple(int(v) for v in skin * (0.7, 0.5, 0.5)))
    cv2.addWeighted(layer, w := rng.uniform(0.5, 0.9), out, 1 - w, 0, dst=out)


def _mask(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Over mouth and nose: a mask, a scarf, a cup."""
    _block(out, frame, (rng.uniform(-0.1, 0.3), rng.uniform(0.55, 0.7), rng.uniform(0.7, 1.1), 1.1), _cloth(rng))


def _hand(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """In the colour of the face, over one side of it."""
    colour = tuple(int(v) for v in np.clip(skin * rng.uniform(0.75, 1.2), 0, 255))
    side = rng.choice((0.05, 0.95))
    layer = out.copy()
    for finger in range(4):
        _oval(layer, frame, (side + 0.07 * finger, rng.uniform(0.5, 0.9)), (0.08, rng.uniform(0.2, 0.35)), colour)
    cv2.addWeighted(layer, 0.9, out, 0.1, 0, dst=out)


def _hair(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """A fringe, or long hair down one side or both."""
    colour = tuple(int(v) for v in np.array((1.0, 0.8, 0.6)) * rng.uniform(10, 170))
    if rng.random() < 0.5:
        _block(out, frame, (0.0, -0.15, 1.0, rng.uniform(0.12, 0.32)), colour)
    for left, right in ((-0.3, rng.uniform(0.0, 0.2)), (rng.uniform(0.8, 1.0), 1.3)):
        if rng.random() < 0.6:
            _block(out, frame, (left, -0.1, right, 1.3), colour)


def _band(out: np.ndarray, frame: np.ndarray, skin: np.ndarray, rng: np.random.Generator) -> None:
    """Something in front: a bar, a microphone, the shoulder of another."""
    start, thick = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.3)
    upright = (start, -0.5, start + thick, 1.5)
    _block(out, frame, upright if rng.random() < 0.5 else (-0.5, start, 1.5, start + thick), _cloth(rng))


KINDS: tuple[Draw, ...] = (_cap, _cap, _cap, _helmet, _glasses, _glasses, _beard, _mask, _hand, _hair, _band)


def _cloth(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(v) for v in (rng.integers(0, 256, 3) if rng.random() < 0.6 else np.full(3, rng.integers(256))))


def _at(frame: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Shares of the face (x, y) or (x0, y0, x1, y1) as pixels."""
    return np.rint(np.array(shares).reshape(-1, 2) * frame[1] + frame[0]).astype(int)


def _block(out: np.ndarray, frame: np.ndarray, shares: tuple[float, ...], colour: tuple[int, ...]) -> None:
    low, high = _at(frame, shares)
    cv2.rectangle(out, low.tolist(), high.tolist(), colour, -1, cv2.LINE_AA)


def _oval(
    out: np.ndarray, frame: np.ndarray, centre: tuple[float, float], size: tuple[float, float],
    colour: tuple[int, ...], start: int = 0,
) -> None:  # fmt: skip
    """A whole oval, or from 180 degrees on its upper half."""
    axes = np.maximum(np.rint(np.array(size) * frame[1]), 1).astype(int)
    cv2.ellipse(out, _at(frame, centre)[0].tolist(), axes.tolist(), 0, start, 360, colour, -1, cv2.LINE_AA)


def _shade(out: np.ndarray, frame: np.ndarray, shares: tuple[float, ...], light: float) -> None:
    (x0, y0), (x1, y1) = np.clip(_at(frame, shares), 0, np.array(out.shape[1::-1]))
    out[y0:y1, x0:x1] = (out[y0:y1, x0:x1] * light).astype(np.uint8)
