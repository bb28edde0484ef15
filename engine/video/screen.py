"""The screen as a source: a whole monitor or a region of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.video.frame import rgb_from_bgr
from engine.video.source import Granted, Source, SourceLost, Ticker


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the desktop in pixels."""

    left: int
    top: int
    width: int
    height: int


class ScreenSource(Source):
    """Pictures of a monitor (1 is the first) or of a region, at most `fps` a second."""

    def __init__(self, monitor: int = 1, region: Region | None = None, fps: float = 20.0) -> None:
        super().__init__("Screen" if region is None else "Screen region")
        self._monitor = monitor
        self._region = region
        self._fps = fps
        self._grabber: Any = None
        self._area: dict[str, int] = {}
        self._ticker = Ticker(fps)

    def open(self) -> Granted:
        from mss import MSS  # loads the window system's libraries, which a machine without a screen lacks
        from mss.exception import ScreenShotError

        try:
            self._grabber = MSS()
            self._area = self._chosen_area(self._grabber.monitors)
        except (ScreenShotError, OSError) as error:
            self.close()
            raise SourceLost(
                f"The screen cannot be captured: {str(error).rstrip('.')}.",
                "Wayland and macOS ask for permission in the system's settings first.",
            ) from error
        self._ticker = Ticker(self._fps)
        return Granted(self._area["width"], self._area["height"], self._fps, "BGRA", "Screen")

    def read(self) -> tuple[np.ndarray, float]:
        from mss.exception import ScreenShotError

        time_s = self._ticker.wait()
        try:
            shot = self._grabber.grab(self._area)
        except (ScreenShotError, OSError) as error:
            raise SourceLost(f"The screen cannot be captured: {str(error).rstrip('.')}.") from error
        return rgb_from_bgr(np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)), time_s

    def close(self) -> None:
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None

    def _chosen_area(self, monitors: list[dict[str, int]]) -> dict[str, int]:
        """The rectangle to grab, cut to the desktop; entry 0 of `monitors` is the whole desktop."""
        if self._region is None:
            return monitors[min(max(self._monitor, 0), len(monitors) - 1)]
        desktop, r = monitors[0], self._region
        left, top = max(r.left, desktop["left"]), max(r.top, desktop["top"])
        right = min(r.left + r.width, desktop["left"] + desktop["width"])
        bottom = min(r.top + r.height, desktop["top"] + desktop["height"])
        if right - left < 1 or bottom - top < 1:
            raise SourceLost(
                f"The region {r.width} × {r.height} at ({r.left}, {r.top}) lies outside the screen "
                f"of {desktop['width']} × {desktop['height']}.",
                "Choose a region that is on the screen.",
            )
        return {"left": left, "top": top, "width": right - left, "height": bottom - top}
