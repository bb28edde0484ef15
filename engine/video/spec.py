"""Name a source in one line of text, as the command line and the recent list do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from engine.errors import InvalidSetting
from engine.images import SUFFIXES
from engine.video.cameras import Camera, CameraSource, Format, list_cameras, numbered
from engine.video.files import ImageFiles, VideoFile
from engine.video.screen import Region, ScreenSource
from engine.video.source import Source, SourceUnavailable
from engine.video.streams import StreamSource


def open_spec(text: str, wanted: Format = Format()) -> Source:  # noqa: B008 - frozen
    """The source a line of text means; it is not opened yet.

    "synthetic[:WxH[@FPS]]", "screen[:MONITOR]" or "screen:LEFT,TOP,WIDTH,HEIGHT", "camera[:NAME|NUMBER]" or a bare
    number, an address with "://", or the path of a video, an image or a folder of images. `wanted` is for cameras.
    Raises InvalidSetting for anything else.
    """
    text = text.strip()
    if not text:
        raise InvalidSetting("No source is named.", "Name a file, a folder, an address, camera, screen or synthetic.")
    if text.isdecimal():
        return CameraSource(_numbered(text), wanted)
    if "://" in text:
        return StreamSource(text)
    kind, _, rest = text.partition(":")
    if kind == "camera":
        return _camera(rest, wanted)
    if kind in _KINDS:
        return _KINDS[kind](rest)
    return path_source(Path(text).expanduser())


def path_source(path: Path) -> Source:
    """A video file, or an image or folder of images, by what is at `path`."""
    if path.is_dir() or path.suffix.lower() in SUFFIXES - {".gif"}:
        return ImageFiles(path)
    if not path.exists():
        raise SourceUnavailable(
            f"There is no source “{path}”.", "Name an existing file or folder, an address, camera, screen or synthetic."
        )
    return VideoFile(path)


def _camera(rest: str, wanted: Format) -> Source:
    if not rest or rest.isdecimal():
        return CameraSource(_numbered(rest or "0"), wanted)
    for camera in list_cameras():
        if rest.casefold() in camera.name.casefold():
            return CameraSource(camera, wanted)
    names = ", ".join(f"“{camera.name}”" for camera in list_cameras()) or "none"
    raise SourceUnavailable(f"There is no camera called “{rest}”.", f"Connected: {names}.")


def _numbered(digits: str) -> Camera:
    if len(digits) > 3:
        raise SourceUnavailable(f"There is no camera {digits}.", "Cameras are numbered from 0.")
    return numbered(int(digits))


def _synthetic(rest: str) -> Source:
    from engine.video.synthetic import SyntheticScene  # reads sample photos, which no other source needs

    if not rest:
        return SyntheticScene()
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})(?:@(\d{1,3}))?", rest)
    if found is None:
        raise InvalidSetting(f"“{rest}” is not a size and rate.", "Write it as 960x540@30.")
    return SyntheticScene(int(found[1]), int(found[2]), max(float(found[3] or 30), 1.0))


def _screen(rest: str) -> Source:
    if not rest:
        return ScreenSource()
    numbers = rest.split(",")
    if not all(re.fullmatch(r"-?\d+", number.strip()) for number in numbers) or len(numbers) not in (1, 4):
        raise InvalidSetting(
            f"“{rest}” is not a part of the screen.", "Write screen:1 or screen:LEFT,TOP,WIDTH,HEIGHT."
        )
    if len(numbers) == 1:
        return ScreenSource(int(rest))
    return ScreenSource(region=Region(*map(int, numbers)))


_KINDS: dict[str, Callable[[str], Source]] = {"synthetic": _synthetic, "screen": _screen}
