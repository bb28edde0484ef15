"""Fetch a file over HTTP: progress, cancel, resume after a cut, hash check, one program at a time."""

from __future__ import annotations

import http.client
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import DownloadFailed
from engine.files import digest, write_text
from engine.jobs import Job

CHUNK = 1 << 16
STALL = 20.0  # seconds without a byte after which the server is taken for stalled
ROOM_TO_SPARE = 50_000_000  # bytes left on the disk after the download


def download(url: str, target: Path, md5: str | None = None, job: Job = Job.silent(), stall: float = STALL) -> None:
    """Fetch `url` to `target`, which appears only when it is whole and, if `md5` is given, has that hash.

    A download that was cut is continued where it stopped, if the server allows and the file has not changed there.
    Does nothing when `target` exists. Raises DownloadFailed, or Cancelled; what arrived is then kept beside the
    target as `NAME.part`.
    """
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    name = _name(url)
    try:
        _fetch(url, part, job, stall)
    except OSError as error:
        raise _explained(error, name, part) from error
    except http.client.HTTPException as error:
        raise DownloadFailed(
            f"The download of “{name}” was cut off ({type(error).__name__}).",
            "Start it again: it goes on where it stopped.",
        ) from error
    _check_content(part, name, md5)
    part.replace(target)
    _tag(part).unlink(missing_ok=True)


@contextmanager
def taking_turns(target: Path, job: Job) -> Iterator[None]:
    """Hold the lock of a target against other programs; while waiting for it the job can be cancelled."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.with_name(target.name + ".lock"))
    while True:
        job.checkpoint()
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            job.report(0, 0, f"Another CNN Studio is fetching “{target.name}”; waiting for it")
    try:
        yield
    finally:
        lock.release()


def _explained(error: OSError, name: str, part: Path) -> DownloadFailed:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return DownloadFailed(f"The server answered {error.code} ({error.reason}) for {error.url}.", "Try again later.")
    if isinstance(error, urllib.error.URLError):
        return DownloadFailed(
            f"The server for “{name}” cannot be reached: {error.reason}.",
            "Check the network, or import a file you have with: models import ID FILE.",
        )
    if isinstance(error, (TimeoutError, ConnectionError)):
        return DownloadFailed(
            f"The download of “{name}” stalled ({error or type(error).__name__}).",
            "Start it again: it goes on where it stopped.",
        )
    return DownloadFailed(
        f"“{part}” could not be written: {error.strerror or error}.", "Free some disk space, then start again."
    )


def _name(url: str) -> str:
    """What the person knows a file by: the target may be a place to wait in."""
    return url.rsplit("/", 1)[-1]


def _tag(part: Path) -> Path:
    """File that remembers which version of the remote file a partial download belongs to."""
    return part.with_name(part.name + ".tag")


def _fetch(url: str, part: Path, job: Job, stall: float) -> None:
    have = part.stat().st_size if part.exists() else 0
    version = _tag(part).read_text("utf-8") if have and _tag(part).exists() else ""
    request = urllib.request.Request(url, headers={"User-Agent": "cnn-studio"})
    if version:  # without a version the server could append to a different file
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)
    job.report(0, 0, f"Connecting for “{_name(url)}”")
    try:
        response = urllib.request.urlopen(request, timeout=stall)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        error.close()  # the partial file is longer than the remote one: start over
        part.unlink()
        return _fetch(url, part, job, stall)
    with response:
        if response.status != http.client.PARTIAL_CONTENT:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else 0
        _check_room(_name(url), part.parent, total - have)
        write_text(_tag(part), response.headers.get("ETag") or response.headers.get("Last-Modified") or "")
        _copy(response, part, have, total, job)
    if total and part.stat().st_size != total:
        raise http.client.IncompleteRead(b"", total - part.stat().st_size)
    return None


def _copy(response: http.client.HTTPResponse, part: Path, have: int, total: int, job: Job) -> None:
    started = time.monotonic()
    received = have
    with part.open("ab" if have else "wb") as file:
        while True:
            job.checkpoint()
            chunk = response.read1(CHUNK)
            if not chunk:
                return
            file.write(chunk)
            received += len(chunk)
            rate = (received - have) / max(time.monotonic() - started, 1e-3)
            share = f" of {total / 1e6:.1f} MB" if total else ""
            job.report(received, total, f"{received / 1e6:.1f} MB{share}, {rate / 1e6:.1f} MB/s")


def _check_room(name: str, folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + ROOM_TO_SPARE > free:
        raise DownloadFailed(
            f"“{name}” needs {needed / 1e6:.0f} MB but {folder} has {free / 1e6:.0f} MB free.",
            "Free some disk space, then start again.",
        )


def _check_content(part: Path, name: str, md5: str | None) -> None:
    with part.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        part.unlink()
        raise DownloadFailed(
            f"The server sent a web page instead of “{name}”.",
            "A proxy or log-in page may be in the way; log in with a browser, then try again.",
        )
    if md5 and (found := digest(part, "md5")) != md5:
        part.unlink()
        raise DownloadFailed(
            f"“{name}” arrived with MD5 {found}; expected {md5}.", "It was damaged or changed on the way: start again."
        )
