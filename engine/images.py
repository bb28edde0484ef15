"""Image files in, RGB arrays out: checked before decoding, upright, 8-bit, three channels."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.errors import InvalidImage

MAX_PIXELS = 150_000_000  # 450 MB as RGB: the largest phone cameras fit, a decompression bomb does not
TINY_SIDE = 8  # below this a classifier has nothing to go by, which the person should know

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".ppm", ".pgm"})

# Pillow's own limit only warns in a range we must refuse; ours replaces it, checked on the header before decoding.
Image.MAX_IMAGE_PIXELS = None

# What Pillow raises on bad files; found by fuzzing: AVIF RuntimeError, TIFF TypeError and KeyError, GIF IndexError.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    OverflowError,
    RuntimeError,
    TypeError,
    LookupError,
)
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")  # 16-bit grey in any byte order
_TRANSPARENT = ("RGBA", "RGBa", "LA", "La", "PA")


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """A decoded image and what had to be done to it."""

    pixels: np.ndarray  # (H, W, 3) uint8 RGB, read-only
    path: Path | None  # None when it came from the clipboard
    notes: tuple[str, ...] = ()  # sentences for the person, such as "Turned upright as its EXIF data says."

    @property
    def name(self) -> str:
        """What to call it on screen."""
        return self.path.name if self.path else "Pasted image"


def load_image(path: str | os.PathLike[str]) -> LoadedImage:
    """Read an image file of any common format.

    Returns RGB uint8, oriented by EXIF, transparency composited on white, deeper values brought to 8 bits, the first
    frame of animations and multi-page files. Raises InvalidImage for everything that is not a whole image of at most
    MAX_PIXELS pixels; the message names the file.
    """
    path = Path(path)
    try:
        _check_regular(path)
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise InvalidImage(f"“{path.name}” is empty (0 bytes).", "Choose an image file that has content.")
            return _decode(file, path, path.name)
    except FileNotFoundError:
        raise InvalidImage(f"“{path.name}” is not there.", f"Expected an image at {path}.") from None
    except IsADirectoryError:
        raise InvalidImage(f"“{path.name}” is a folder, not an image.", "Open it as a folder instead.") from None
    except PermissionError:
        raise InvalidImage(f"“{path.name}” may not be read.", f"Check the permissions of {path}.") from None
    except OSError as error:
        raise InvalidImage(f"“{path.name}” could not be read: {error.strerror or error}.", "Check the disk.") from error


def _check_regular(path: Path) -> None:
    """Opening a pipe would wait for ever. Raises InvalidImage, or OSError for what is not there."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InvalidImage(f"“{path.name}” is a device or a pipe, not a file.", "Choose an image file.")


def decode_image(data: bytes, name: str = "The image") -> LoadedImage:
    """The same as `load_image` for bytes in memory, such as a pasted or streamed picture."""
    return _decode(io.BytesIO(data), None, name)


def from_array(pixels: np.ndarray, name: str = "The array") -> LoadedImage:
    """Wrap an array that is already an image: (H, W, 3) uint8. Raises InvalidImage for anything else."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise InvalidImage(
            f"{name} has shape {pixels.shape} and type {pixels.dtype}.", "Expected (height, width, 3) and uint8."
        )
    return LoadedImage(_frozen(pixels.copy()), None)


def load_thumbnail(path: str | os.PathLike[str], side: int) -> np.ndarray:
    """A small RGB uint8 copy whose longer side is at most `side` pixels; JPEG files are decoded at reduced size."""
    path = Path(path)
    try:
        _check_regular(path)
        with Image.open(path) as image:
            _check_size(image, path.name)
            image.draft("RGB", (side, side))
            pixels, _ = _upright_rgb(image)
    except InvalidImage:
        raise
    except _BROKEN as error:
        raise InvalidImage(f"“{path.name}” is not an image this program can read.", "Try a JPEG or PNG.") from error
    small = Image.fromarray(pixels)
    small.thumbnail((side, side))
    return np.asarray(small)


def list_images(folder: str | os.PathLike[str]) -> list[Path]:
    """Every file below a folder whose suffix is that of an image, in natural reading order of their paths."""
    return sorted(_walk(Path(folder)), key=lambda path: (path.parent, _natural(path.name)))


def find_images(given: Iterable[Path]) -> list[Path]:
    """Files as given, folders replaced by the images in them. Raises InvalidImage for a folder without images."""
    files: list[Path] = []
    for path in given:
        found = list_images(path) if path.is_dir() else [path]
        if not found:
            raise InvalidImage(f"The folder “{path}” holds no images.", "Give image files or a folder of them.")
        files.extend(found)
    return files


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts img2 before img10."""
    parts = filter(None, re.split(r"(\d+)", name.casefold()))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)


def _decode(file: IO[bytes], path: Path | None, name: str) -> LoadedImage:
    try:
        image = Image.open(file)
    except UnidentifiedImageError:
        raise InvalidImage(
            f"“{name}” is not an image this program can read.", "It reads JPEG, PNG, GIF, TIFF, BMP, WebP and AVIF."
        ) from None
    except _BROKEN as error:
        raise InvalidImage(f"“{name}” is damaged: {error}.", "Try to open or save it again elsewhere.") from error
    with image:
        _check_size(image, name)
        try:
            frames = getattr(image, "n_frames", 1)
            pixels, notes = _upright_rgb(image)
        except MemoryError:
            raise InvalidImage(
                f"“{name}” ({image.width} × {image.height}) does not fit into memory.", "Make it smaller first."
            ) from None
        except _BROKEN as error:
            raise InvalidImage(
                f"“{name}” is damaged or cut short: {_reason(error)}.", "Copy or download it again."
            ) from error
    if frames > 1:
        notes.insert(0, f"First of {frames} frames or pages.")
    if min(pixels.shape[:2]) < TINY_SIDE:
        notes.append(f"Only {pixels.shape[1]} × {pixels.shape[0]} pixels: expect little of any answer.")
    return LoadedImage(_frozen(pixels), path, tuple(notes))


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".").lower()


def _check_size(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise InvalidImage(
            f"“{name}” has {image.width} × {image.height} pixels; at most {MAX_PIXELS // 1_000_000} million are read.",
            "Make it smaller first.",
        )


def _upright_rgb(image: Image.Image) -> tuple[np.ndarray, list[str]]:
    """Pixels (H, W, 3) uint8 of the current frame, and what was changed."""
    image.load()
    notes: list[str] = []
    upright, turned = _upright(image)
    if turned:
        notes.append("Turned upright as its EXIF data says.")
    return _to_rgb(upright, notes), notes


def _upright(image: Image.Image) -> tuple[Image.Image, bool]:
    try:
        if image.getexif().get(0x0112, 1) not in range(2, 9):
            return image, False
        return ImageOps.exif_transpose(image), True
    except _BROKEN:  # a broken EXIF block says nothing, but the pixels are good
        return image, False


def _to_rgb(image: Image.Image, notes: list[str]) -> np.ndarray:
    if image.mode in _DEEP or image.mode in ("I", "F"):
        return _deep_to_rgb(image, notes)
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        layer = image.convert("RGBA")
        if layer.getchannel("A").getextrema()[0] != 255:
            notes.append("Transparent parts are shown on white.")
        paper = Image.new("RGBA", layer.size, "white")
        return np.asarray(Image.alpha_composite(paper, layer).convert("RGB"))
    if image.mode == "CMYK":
        notes.append("Converted from CMYK print colours without a colour profile.")
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _deep_to_rgb(image: Image.Image, notes: list[str]) -> np.ndarray:
    """Grey of more than 8 bits: 16-bit values are divided by 257, others stretched from minimum to maximum."""
    values = np.asarray(image).astype(np.float64)
    if image.mode in _DEEP or (image.mode == "I" and values.min() >= 0 and 255 < values.max() <= 65535):
        notes.append("Converted from 16 to 8 bits.")
        scaled = values / 257
    else:
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        notes.append(f"Stretched from {low:g}..{high:g} to 0..255.")
        scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) * (255 / ((high - low) or 1))
    grey = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _frozen(pixels: np.ndarray) -> np.ndarray:
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return pixels
