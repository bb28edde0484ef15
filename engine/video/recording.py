"""Recording at true speed: where a frame stands in the file follows from its time stamp, not from its number."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.errors import EngineError, InvalidSetting
from engine.video.handover import Handover

RESERVE_BYTES = 64 << 20  # recording ends while the disk still has so much, so that the file can be finished
# Matroska can be played up to where it was cut off; MP4 keeps its index at the end and is lost without it.
_CODECS = {".mkv": "mp4v", ".mp4": "mp4v", ".avi": "MJPG"}


class RecordingFailed(EngineError):
    """A recording that could not begin or go on; what was written stays and plays."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording holds."""

    path: Path
    frames: int  # pictures in the file, repeats included
    seconds: float


class VideoWriter:
    """Writes frames with time stamps into a file of constant rate: late frames are repeated, crowded ones skipped.

    The first frame fixes the size; later ones of another size are fitted into it with black bars.
    """

    def __init__(self, path: Path, fps: float = 30.0, reserve: int = RESERVE_BYTES) -> None:
        if path.suffix.lower() not in _CODECS:
            raise InvalidSetting(f"“{path.suffix}” is not a kind of video.", f"Use {', '.join(_CODECS)}.")
        self.path = path
        self._fps = min(max(fps, 1.0), 120.0)
        self._reserve = reserve
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._start_s = 0.0
        self._held: np.ndarray | None = None  # BGR, shown until the next frame's time
        self._written = 0
        self._last_size = 0

    def write(self, image: np.ndarray, time_s: float) -> None:
        """Add a picture, RGB uint8 (H, W, 3), that was seen at `time_s`. Raises RecordingFailed if it cannot."""
        if self._writer is None:
            self._begin(image, time_s)
        self._fill_until(time_s)
        self._held = cv2.cvtColor(_fitted(image, self._size), cv2.COLOR_RGB2BGR)

    def close(self) -> Recorded:
        """Finish the file."""
        if self._writer is not None:
            if self._held is not None:
                self._writer.write(self._held)
                self._written += 1
            self._writer.release()
        self._writer, self._held = None, None
        return Recorded(self.path, self._written, self._written / self._fps)

    def _begin(self, image: np.ndarray, time_s: float) -> None:
        self._check_room(self.path.parent)
        height, width = image.shape[:2]
        self._size = (max(width - width % 2, 2), max(height - height % 2, 2))  # codecs want even sides
        code = cv2.VideoWriter.fourcc(*_CODECS[self.path.suffix.lower()])
        writer = cv2.VideoWriter(str(self.path), cv2.CAP_FFMPEG, code, self._fps, self._size)
        if not writer.isOpened():
            raise RecordingFailed(f"“{self.path.name}” cannot be written.", f"Check the folder {self.path.parent}.")
        self._writer, self._start_s = writer, time_s

    def _fill_until(self, time_s: float) -> None:
        """Write the held picture for every slot that lies before `time_s`."""
        assert self._writer is not None
        if self._held is None:
            return
        due = round((time_s - self._start_s) * self._fps)
        if due - self._written > 0:
            self._check_room(self.path.parent)
        while self._written < due:
            self._writer.write(self._held)
            self._written += 1

    def _check_room(self, folder: Path) -> None:
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise RecordingFailed(f"The folder {folder} is gone.", "Choose another one.") from error
        if free < self._reserve:
            raise RecordingFailed(
                f"The disk is nearly full ({free >> 20} MB left).", "What was recorded so far is kept and plays."
            )


class Recorder:
    """A VideoWriter on its own thread, so that encoding does not slow down what is recorded.

    lossless: `write` waits for the encoder; otherwise frames the encoder has no time for are left out, which keeps the
    speed true all the same.
    """

    def __init__(self, writer: VideoWriter, lossless: bool = False) -> None:
        self._writer = writer
        self._lossless = lossless
        self._queue: Handover[tuple[np.ndarray, float]] = Handover(8)
        self._busy = threading.Semaphore(8)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.error: EngineError | None = None
        self.left_out = 0
        self._thread.start()

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._writer.path

    def write(self, image: np.ndarray, time_s: float) -> None:
        """Hand over a picture, RGB uint8 (H, W, 3), that nobody changes any more."""
        if self.error is not None:
            return
        if not self._busy.acquire(blocking=self._lossless):
            self.left_out += 1
            return
        self._queue.put((image, time_s))

    def close(self) -> Recorded:
        """Encode what waits, finish the file and join the thread."""
        self._queue.finish()
        self._thread.join()
        return self._writer.close()

    def _run(self) -> None:
        while (item := self._queue.take()) is not None:
            try:
                if self.error is None:
                    self._writer.write(*item)
            except EngineError as error:
                self.error = error
            finally:
                self._busy.release()


def _fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture at exactly `size` (width, height); another shape of picture gets black bars."""
    height, width = image.shape[:2]
    if (width, height) == size:
        return image
    if width - size[0] in (0, 1) and height - size[1] in (0, 1):  # the odd row or column that codecs refuse
        return image[: size[1], : size[0]]
    scale = min(size[0] / width, size[1] / height)
    inner = (max(round(width * scale), 1), max(round(height * scale), 1))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
    return canvas
