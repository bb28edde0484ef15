"""Cameras: listed by name without opening them, opened with the format asked for, found again after unplugging."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.video.frame import rgb_from_bgr
from engine.video.source import Granted, Source, SourceLost

SYSFS = Path("/sys/class/video4linux")
# The one interface a system; "any" on Windows and macOS lists every camera once per interface.
_BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera the system knows, open or not."""

    name: str
    index: int  # what OpenCV opens; changes when cameras come and go
    path: str = ""  # where the system keeps it; survives a change of index where the system gives one
    backend: int = cv2.CAP_ANY

    def matches(self, other: Camera) -> int:
        """How surely two entries mean the same camera: 2 the same place, 1 only the same name, 0 another one."""
        if self.path and self.path == other.path:
            return 2
        return int(self.name == other.name)


@dataclass(frozen=True, slots=True)
class Format:
    """What to ask a camera for; zeros and "" leave the choice to the camera."""

    width: int = 0
    height: int = 0
    fps: float = 0.0
    fourcc: str = ""  # "MJPG" gives more frames/s over USB 2 than raw pictures

    def properties(self) -> list[tuple[int, float]]:
        """OpenCV properties in the order drivers need: format, size, rate."""
        code = cv2.VideoWriter.fourcc(*self.fourcc) if len(self.fourcc) == 4 else 0
        asked = [
            (cv2.CAP_PROP_FOURCC, float(code)),
            (cv2.CAP_PROP_FRAME_WIDTH, float(self.width)),
            (cv2.CAP_PROP_FRAME_HEIGHT, float(self.height)),
            (cv2.CAP_PROP_FPS, self.fps),
        ]
        return [(key, value) for key, value in asked if value]


def list_cameras(sysfs: Path = SYSFS) -> list[Camera]:
    """Cameras of this machine in the system's order, none of them opened; two of one name are numbered."""
    found = _from_sysfs(sysfs) if sys.platform == "linux" else _from_system()
    names = [camera.name for camera in found]
    return [
        Camera(
            f"{c.name} ({names[: i + 1].count(c.name)})" if names.count(c.name) > 1 else c.name,
            c.index,
            c.path,
            c.backend,
        )
        for i, c in enumerate(found)
    ]


def _from_sysfs(sysfs: Path) -> list[Camera]:
    cameras = []
    for node in sysfs.glob("video*"):
        try:
            # A webcam shows further nodes for its metadata; only the first one of a device carries pictures.
            if (node / "index").read_text().strip() not in ("", "0"):
                continue
            name = (node / "name").read_text(errors="replace").strip()
        except OSError:  # unplugged while we looked
            continue
        number = node.name.removeprefix("video")
        if number.isdigit():
            cameras.append(Camera(name or node.name, int(number), _device_path(node), cv2.CAP_V4L2))
    return sorted(cameras, key=lambda camera: camera.index)


def _device_path(node: Path) -> str:
    """The bus address, which stays when the number of the node does not."""
    try:
        return str((node / "device").resolve(strict=True))
    except OSError:
        return ""


def _from_system() -> list[Camera]:
    from cv2_enumerate_cameras import enumerate_cameras  # not needed, and not importable everywhere, on Linux

    backend = _BACKENDS.get(sys.platform, cv2.CAP_ANY)
    return [Camera(c.name or f"Camera {c.index}", c.index, c.path or "", backend) for c in enumerate_cameras(backend)]


class CameraSource(Source):
    """A camera. Reopening looks it up again, so a replugged camera is found under its new number."""

    def __init__(self, camera: Camera, wanted: Format = Format()) -> None:
        super().__init__(camera.name)
        self._camera = camera
        self._wanted = wanted
        self._capture: cv2.VideoCapture | None = None
        self._opened = 0.0

    def open(self) -> Granted:
        camera = self._find_again()
        capture = open_device(camera)
        if not capture.isOpened():
            capture.release()
            raise SourceLost(
                f"Camera “{camera.name}” does not open.", "Another program may be using it: close that one first."
            )
        for key, value in self._wanted.properties():
            capture.set(key, value)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # some drivers queue four old pictures otherwise
        self._capture, self._opened = capture, time.perf_counter()
        return granted(capture, frames=None)

    def read(self) -> tuple[np.ndarray, float]:
        ok, picture = self._capture.read() if self._capture is not None else (False, None)
        if not ok or picture is None:
            raise SourceLost(f"Camera “{self.name}” stopped sending pictures.", "Check its cable.")
        return rgb_from_bgr(picture), time.perf_counter() - self._opened

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _find_again(self) -> Camera:
        known = list_cameras()
        best = max(known, key=self._camera.matches, default=None)
        if best is None or not self._camera.matches(best):
            # A number typed by hand has no name to look for: open what has that number now.
            if not self._camera.path and self._camera.name == numbered(self._camera.index).name:
                return self._camera
            raise SourceLost(f"Camera “{self.name}” is not connected.", "Plug it in; the program keeps looking for it.")
        return best


def numbered(index: int) -> Camera:
    """The camera with a number, whatever its name is: the listed one if there is one."""
    listed = [camera for camera in list_cameras() if camera.index == index]
    return listed[0] if listed else Camera(f"Camera {index}", index, "", _BACKENDS.get(sys.platform, cv2.CAP_ANY))


def open_device(camera: Camera) -> cv2.VideoCapture:
    """The system's capture object of a camera; tests put theirs here."""
    return cv2.VideoCapture(camera.index, camera.backend)


def granted(capture: cv2.VideoCapture, frames: int | None) -> Granted:
    """What an open capture says about itself."""
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    letters = "".join(chr(code >> shift & 0xFF) for shift in (0, 8, 16, 24)) if code > 0 else ""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return Granted(
        width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        fps=fps if 0 < fps < 1001 else 0.0,
        fourcc=letters.strip() if letters.isprintable() else "",
        backend=capture.getBackendName(),
        frames=frames,
    )
