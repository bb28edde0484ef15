"""Video files, images and folders of images: nothing is lost, and time is the time in the file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engine.errors import InvalidImage
from engine.images import list_images, load_image
from engine.video.cameras import granted
from engine.video.frame import rgb_from_bgr
from engine.video.source import Granted, Source, SourceUnavailable

SLIDES_PER_SECOND = 2.0  # how fast a folder of images plays at its own speed


class VideoFile(Source):
    """A video file, read by OpenCV's FFmpeg frame by frame with the time stamps that are in it."""

    live = False
    seekable = True

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self.path = path
        self._capture: cv2.VideoCapture | None = None
        self._rate = 0.0
        self._count = 0
        self._last_s = -1.0

    def open(self) -> Granted:
        if not self.path.is_file():
            raise SourceUnavailable(f"“{self.name}” is not there.", f"Expected a video file at {self.path}.")
        if self.path.stat().st_size == 0:
            raise SourceUnavailable(f"“{self.name}” is empty (0 bytes).", "Copy or download it again.")
        capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        if not capture.isOpened() or capture.get(cv2.CAP_PROP_FRAME_WIDTH) < 1:
            capture.release()
            raise SourceUnavailable(
                f"“{self.name}” has no video that can be read.",
                "It may be cut short, hold only sound, or not be a video; try MP4, MKV, MOV, AVI or WebM.",
            )
        frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._capture, self._count, self._last_s = capture, 0, -1.0
        answer = granted(capture, frames if frames > 0 else None)
        self._rate = answer.fps or 25.0
        return answer

    def read(self) -> tuple[np.ndarray, float] | None:
        assert self._capture is not None, "read before open"
        ok, picture = self._capture.read()
        if not ok:
            if self._count == 0 and self._last_s < 0:
                raise SourceUnavailable(f"No frame of “{self.name}” can be decoded.", "The file may be cut short.")
            return None
        self._count += 1
        return rgb_from_bgr(picture), self._stamp()

    def seek(self, time_s: float) -> None:
        assert self._capture is not None, "seek before open"
        self._capture.set(cv2.CAP_PROP_POS_MSEC, max(time_s, 0.0) * 1000)
        self._last_s = max(time_s, 0.0) - 1 / self._rate

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _stamp(self) -> float:
        """The frame's own time; files without usable stamps count on by their rate."""
        assert self._capture is not None
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self._last_s >= 0 and not self._last_s < stamp < self._last_s + 3600:
            stamp = self._last_s + 1 / self._rate
        self._last_s = stamp
        return stamp


class ImageFiles(Source):
    """One image, or the images below a folder in natural order; files that are no images are skipped and counted."""

    live = False
    seekable = True
    steady = False

    def __init__(self, path: Path) -> None:
        super().__init__(path.name or str(path))
        self.path = path
        self.names: list[str] = []  # of the pictures delivered since it was opened, in that order, below the folder
        self._files: list[Path] = []
        self._next = 0
        self._first: np.ndarray | None = None

    def open(self) -> Granted:
        if not self.path.exists():
            raise SourceUnavailable(f"“{self.name}” is not there.", f"Expected an image or a folder at {self.path}.")
        self._files = list_images(self.path) if self.path.is_dir() else [self.path]
        self._next, self.unreadable, self._first, self.names = 0, [], None, []
        self._first = self._load_next()
        if self._first is None:
            reason = self.unreadable[0] if self.unreadable else "There is no image file in it."
            raise SourceUnavailable(f"“{self.name}” has no image to show. {reason}", "Choose another folder or file.")
        height, width = self._first.shape[:2]
        return Granted(width, height, SLIDES_PER_SECOND, backend="Images", frames=len(self._files))

    def read(self) -> tuple[np.ndarray, float] | None:
        image, self._first = (self._first if self._first is not None else self._load_next()), None
        if image is None:
            return None
        file = self._files[self._next - 1]
        self.names.append(file.relative_to(self.path).as_posix() if file != self.path else file.name)
        return image, (self._next - 1) / SLIDES_PER_SECOND

    def seek(self, time_s: float) -> None:
        self._next = min(max(int(time_s * SLIDES_PER_SECOND + 1e-6), 0), len(self._files) - 1)
        self._first = None

    def close(self) -> None:
        self._files, self._first = [], None

    def _load_next(self) -> np.ndarray | None:
        while self._next < len(self._files):
            self._next += 1
            try:
                return load_image(self._files[self._next - 1]).pixels
            except InvalidImage as error:
                self.unreadable.append(error.message)
        return None
