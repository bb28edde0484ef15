"""Detectors the program knows by id: those that come with it, and fetching the others with their hash checked."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from engine import paths
from engine.detection.choices import Choices
from engine.detection.detector import Detector
from engine.errors import DownloadFailed, InvalidModel, ModelMissing
from engine.files import digest, no_file, written_aside
from engine.jobs import Job
from engine.models.cards import Card
from engine.models.catalog import BUNDLED, bundled_cards
from engine.models.download import download as fetch
from engine.models.download import taking_turns

# The forge whose releases are meant is the one where this dependency of ours is developed, as its metadata says.
_NEIGHBOUR = "onnx"
FORGE_VARIABLE = "CNN_STUDIO_FORGE"  # a mirror to use instead, such as one inside a company


@dataclass(frozen=True, slots=True)
class Entry:
    """A detector that comes with the program, or one that can be fetched."""

    id: str
    title: str
    about: str
    bytes: int
    licence: str
    labels: str | None = None  # a key of the built-in names; None where the file has its own
    head: str | None = None
    project: str = ""  # owner and name on the forge; empty for what is bundled, as the next three
    release: str = ""
    file: str = ""
    sha256: str = ""
    card: Card | None = None  # of a bundled one
    suggested: bool = False  # what to fetch first, where the bundled ones do not do

    @property
    def path(self) -> Path:
        """Where its file is, or will be kept once it is here."""
        return BUNDLED / f"{self.id}.onnx" if self.card else paths.models() / "detectors" / f"{self.id}.onnx"

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return self.path.is_file()

    @property
    def choices(self) -> Choices:
        """How to open it."""
        how = self.card.preprocessing if self.card else None
        size = (how.width, how.height) if how else None
        return Choices(labels=self.labels, head=self.head, licence=self.licence, title=self.title, size=size)


@cache
def entries() -> dict[str, Entry]:
    """Every known detector by id, the bundled ones first and then the quickest."""
    listed = tomllib.loads((paths.RESOURCES / "detectors.toml").read_text(encoding="utf-8"))["detector"]
    bundled = [_bundled(card) for card in bundled_cards("detection")]
    return {entry.id: entry for entry in (*bundled, *(Entry(**values) for values in listed))}


def _bundled(card: Card) -> Entry:
    size = (BUNDLED / f"{card.id}.onnx").stat().st_size
    return Entry(card.id, card.title, card.about, size, card.licence, head="studio", card=card)


def address(entry: Entry) -> str:
    """Where the release keeps the file. Raises DownloadFailed when no forge is known."""
    return f"{_forge()}/{entry.project}/releases/download/{entry.release}/{entry.file}"


def download(detector_id: str, job: Job = Job.silent()) -> Path:
    """Fetch a detector; returns its file, which is there only when whole and of the right SHA-256.

    Raises InvalidModel for an unknown id, DownloadFailed, or Cancelled; what arrived is continued next time.
    """
    entry = known(detector_id)
    if entry.card is not None:
        return entry.path
    with taking_turns(entry.path, job):
        if entry.here:
            return entry.path
        arrived = incoming(entry)
        fetch(address(entry), arrived, job=job)
        job.report(1, 1, "Checking the file")
        found = digest(arrived)
        if found != entry.sha256:
            arrived.unlink()
            raise DownloadFailed(
                f"“{entry.file}” arrived with SHA-256 {found[:12]}...; expected {entry.sha256[:12]}...",
                "It was damaged or changed on the way: start again.",
            )
        arrived.replace(entry.path)
    return entry.path


def incoming(entry: Entry) -> Path:
    """Where a download arrives until it is checked."""
    return entry.path.with_name(f"incoming-{entry.path.name}")


def take_in(detector_id: str, file: Path) -> Path:
    """Keep a copy of a file the user has, if it is the very file of the release; returns the copy."""
    entry = known(detector_id)
    if entry.card is not None:
        raise InvalidModel(f"{entry.title} comes with the program.", "It needs no import.")
    if not file.is_file():
        raise InvalidModel(no_file(file), "Give the path of the .onnx file.")
    if (found := digest(file)) != entry.sha256:
        raise InvalidModel(
            f"“{file.name}” has SHA-256 {found[:12]}...; {entry.title} has {entry.sha256[:12]}...",
            "It needs no import to be used: give it to detect with --model, or open it in the Detection tab.",
        )
    with written_aside(entry.path) as aside:
        shutil.copyfile(file, aside)
    return entry.path


def known(detector_id: str) -> Entry:
    """An entry by id. Raises InvalidModel when there is none."""
    if detector_id not in entries():
        raise InvalidModel(
            f"There is no detector “{detector_id}”.",
            f"Known are: {', '.join(entries())}; or give an .onnx or .cfg file.",
        )
    return entries()[detector_id]


def suggestion() -> Entry | None:
    """The detector to fetch for more classes, None once it is here."""
    return next((entry for entry in entries().values() if entry.suggested and not entry.here), None)


def open_named(name: str, choices: Choices = Choices(), job: Job = Job.silent()) -> Detector:  # noqa: B008 - frozen
    """A detector by id of the catalog or by file; `choices` win over what the catalog says.

    Raises ModelMissing for a known one that is not here, InvalidModel for what is no detector.
    """
    from engine.detection.opening import open_detector  # brings onnx, which the list of detectors does not need

    if name not in entries() and (Path(name).suffix or Path(name).exists()):
        return open_detector(Path(name).expanduser(), choices, job)
    entry = known(name)
    if not entry.here:
        raise ModelMissing(
            f"{entry.title} is not on this machine.",
            f"Fetch it ({entry.bytes / 1e6:.0f} MB) with: models download {entry.id}; or give an .onnx or .cfg file.",
        )
    ours = entry.choices
    mixed = replace(
        choices, labels=choices.labels or ours.labels, head=choices.head or ours.head,
        licence=ours.licence, title=ours.title, size=choices.size or ours.size,
    )  # fmt: skip
    return open_detector(entry.path, mixed, job)


def _forge() -> str:
    given = os.environ.get(FORGE_VARIABLE)
    if given:
        return given.rstrip("/")
    for line in importlib.metadata.metadata(_NEIGHBOUR).get_all("Project-URL") or []:
        label, _, url = line.partition(",")
        if label.strip().lower() == "repository":
            parts = urlsplit(url.strip())
            return f"{parts.scheme}://{parts.netloc}"
    raise DownloadFailed(
        "This installation does not tell where releases are kept.", f"Set {FORGE_VARIABLE}, or open a file you have."
    )
