"""Kernel presets: named filters of any size, from classic image processing to Gabor waves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InvalidSetting

LARGEST_SIDE = 11
_ANGLES = (0.0, 45.0, 90.0, 135.0)  # at which a turned preset is recognised
_WAVELENGTHS = (3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True, slots=True)
class Wave:
    """Settings that only some presets read."""

    angle: float = 0.0  # degrees; 0 points right, 90 down
    wavelength: float = 4.0  # pixels from crest to crest of a Gabor wave
    seed: int = 0  # of the random preset


@dataclass(frozen=True, slots=True)
class Preset:
    """One entry of the table."""

    name: str
    title: str
    make: Callable[[int, int, Wave], np.ndarray]  # height, width, settings -> (height, width) float64
    about: str
    size: int = 3  # the side at which it is best known
    reads: tuple[str, ...] = ()  # the fields of Wave it depends on
    least: int = 1  # smallest side at which it means something


def make_kernel(name: str, height: int = 3, width: int = 3, wave: Wave | None = None) -> np.ndarray:
    """The preset `name` as (height, width) float32.

    Raises InvalidSetting for an unknown name, sides outside 1..11, or a side too small for the preset.
    """
    if name not in PRESETS:
        raise InvalidSetting(f"There is no kernel preset “{name}”.", f"Choose one of {', '.join(PRESETS)}.")
    preset = PRESETS[name]
    for side in (height, width):
        if not preset.least <= side <= LARGEST_SIDE:
            raise InvalidSetting(
                f"{preset.title} was asked for at {height} × {width}.",
                f"Its sides are {preset.least} to {LARGEST_SIDE}.",
            )
    wave = wave or Wave()
    if wave.wavelength <= 0:
        raise InvalidSetting(f"The wavelength is {wave.wavelength:g} pixels.", "It must be above 0.")
    return preset.make(height, width, wave).astype(np.float32)


def recognise(grid: np.ndarray, wave: Wave, likely: str | None = None) -> tuple[str, Wave] | None:
    """Which preset a grid (kh, kw) is, and at which settings; None for numbers of one's own.

    `likely` is tried first, all at the settings `wave`, then those that turn at common angles and wavelengths.
    """
    first = [likely] if likely in PRESETS else []
    for name in (*first, *PRESETS):
        if _is(name, grid, wave):
            return name, wave
    for name, preset in PRESETS.items():
        if "angle" in preset.reads:
            lengths = _WAVELENGTHS if "wavelength" in preset.reads else (wave.wavelength,)
            for turned in (replace(wave, angle=a, wavelength=w) for a in _ANGLES for w in lengths):
                if _is(name, grid, turned):
                    return name, turned
    return None


def _is(name: str, grid: np.ndarray, wave: Wave) -> bool:
    height, width = grid.shape
    return min(height, width) >= PRESETS[name].least and np.array_equal(make_kernel(name, height, width, wave), grid)


def resized(kernel: np.ndarray, height: int, width: int) -> np.ndarray:
    """The kernel (kh, kw, ...) cut or padded with zeros around its centre to (height, width, ...)."""
    result = np.zeros((height, width, *kernel.shape[2:]), kernel.dtype)
    (here_r, there_r), (here_c, there_c) = (
        _overlap(old, new) for old, new in zip(kernel.shape[:2], (height, width), strict=True)
    )
    result[there_r, there_c] = kernel[here_r, here_c]
    return result


def _overlap(old: int, new: int) -> tuple[slice, slice]:
    count, shift = min(old, new), (old - 1) // 2 - (new - 1) // 2
    return slice(max(shift, 0), max(shift, 0) + count), slice(max(-shift, 0), max(-shift, 0) + count)


def _grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each cell from the centre, down and right."""
    down = np.arange(height) - (height - 1) / 2
    right = np.arange(width) - (width - 1) / 2
    return np.meshgrid(down, right, indexing="ij")


def _impulse(height: int, width: int) -> np.ndarray:
    kernel = np.zeros((height, width))
    kernel[(height - 1) // 2, (width - 1) // 2] = 1
    return kernel


def _bell(height: int, width: int) -> np.ndarray:
    """Gaussian with OpenCV's sigma for the size; binomial 1 2 1 and 1 4 6 4 1 at sides 3 and 5."""
    binomial = {1: [1], 3: [1, 2, 1], 5: [1, 4, 6, 4, 1]}

    def line(side: int) -> np.ndarray:
        if side in binomial:
            weights = np.array(binomial[side], float)
        else:
            sigma = 0.3 * ((side - 1) * 0.5 - 1) + 0.8
            weights = np.exp(-((np.arange(side) - (side - 1) / 2) ** 2) / (2 * sigma**2))
        return weights / weights.sum()

    return np.outer(line(height), line(width))


def _derivative(smoothing: list[float]) -> Callable[[int, int, Wave], np.ndarray]:
    """A 3 x 3 gradient filter that responds to growth in the direction of the angle, in the middle of larger sides."""
    across = np.outer(smoothing, [-1.0, 0.0, 1.0])

    def make(height: int, width: int, wave: Wave) -> np.ndarray:
        turn = np.deg2rad(wave.angle)
        steered = np.cos(turn) * across + np.sin(turn) * across.T
        return resized(np.where(np.abs(steered) < 1e-12, 0, steered), height, width)

    return make


def _fixed(rows: list[list[float]]) -> Callable[[int, int, Wave], np.ndarray]:
    return lambda height, width, _: resized(np.array(rows, float), height, width)


def _motion(height: int, width: int, wave: Wave) -> np.ndarray:
    """A line through the centre, one pixel wide with soft edges, that adds up to 1."""
    down, right = _grid(height, width)
    turn = np.deg2rad(wave.angle)
    off = np.abs(down * np.cos(turn) - right * np.sin(turn))
    line = np.clip(1 - off, 0, 1)
    return line / line.sum() if line.sum() else _impulse(height, width)


def _gabor(height: int, width: int, wave: Wave) -> np.ndarray:
    """Cosine wave under a Gaussian, made to add up to zero so that flat areas give 0 (Daugman 1985)."""
    down, right = _grid(height, width)
    turn = np.deg2rad(wave.angle)
    along = right * np.cos(turn) + down * np.sin(turn)
    envelope = np.exp(-(down**2 + right**2) / (2 * (max(height, width) / 4) ** 2))
    ripple = envelope * np.cos(2 * np.pi * along / wave.wavelength)
    return ripple - envelope * ripple.sum() / envelope.sum()


def _random(height: int, width: int, wave: Wave) -> np.ndarray:
    return np.random.default_rng(wave.seed).normal(0, np.sqrt(2 / (height * width)), (height, width))


def _ring(height: int, width: int, _: Wave) -> np.ndarray:
    return height * width * _impulse(height, width) - 1


PRESETS: dict[str, Preset] = {
    p.name: p
    for p in (
        Preset("identity", "Identity", lambda h, w, _: _impulse(h, w), "Copies the image."),
        Preset("box", "Box blur", lambda h, w, _: np.full((h, w), 1 / (h * w)), "The mean of the window."),
        Preset("gaussian", "Gaussian blur", lambda h, w, _: _bell(h, w), "A soft mean: near cells count more.", 5),
        Preset(
            "sharpen", "Sharpen", _fixed([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]), "The image plus its edges.", least=3
        ),
        Preset(
            "sobel", "Sobel", _derivative([1, 2, 1]), "Brightness growing along the angle.", reads=("angle",), least=3
        ),
        Preset(
            "prewitt",
            "Prewitt",
            _derivative([1, 1, 1]),
            "As Sobel, with equal weights across the edge.",
            reads=("angle",),
            least=3,
        ),
        Preset("scharr", "Scharr", _derivative([3, 10, 3]), "As Sobel, more even in angle.", reads=("angle",), least=3),
        Preset(
            "laplacian", "Laplacian", _fixed([[0, 1, 0], [1, -4, 1], [0, 1, 0]]), "Edges in every direction.", least=3
        ),
        Preset(
            "emboss", "Emboss", _fixed([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]), "Relief lit from one corner.", least=3
        ),
        Preset("outline", "Outline", _ring, "The cell against all others of its window.", least=3),
        Preset("motion", "Motion blur", _motion, "The mean along a line.", 9, ("angle",), least=3),
        Preset("gabor", "Gabor", _gabor, "Stripes of one angle and width.", 11, ("angle", "wavelength"), least=3),
        Preset("random", "Random", _random, "What a layer starts with before training (He et al. 2015).", 3, ("seed",)),
    )
}
