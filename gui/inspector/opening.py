"""What goes into the Inspector: samples, files and folders, read on a worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.images import LoadedImage, find_images, load_image
from engine.jobs import Job
from engine.samples import SAMPLES, Sample
from gui.context import AppContext

LANE = "inspector.open"
MODELS = (".keras", ".h5")


class Opening(QObject):
    """Tells what was opened; shows nothing."""

    image_opened = Signal(object, str)  # LoadedImage and its title; empty for the file's own name
    many_opened = Signal(list)  # paths of files, at least one
    model_opened = Signal(str)
    sample_read = Signal(str, object)  # id and LoadedImage, for the strip of samples

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self._window = parent

    def paths(self, paths: Sequence[Path]) -> None:
        """One file is a picture or a model; several, or a folder, are many pictures."""
        if len(paths) != 1 or paths[0].is_dir():
            self.many(paths)
        elif paths[0].suffix.lower() in MODELS:
            self.model_opened.emit(str(paths[0]))
        else:
            self.file(paths[0])

    def file(self, path: Path) -> None:
        """Read a picture."""

        def loaded(image: LoadedImage) -> None:
            self.context.remember(path)
            self.image_opened.emit(image, "")

        self.context.jobs.submit(lambda _: load_image(path), title=f"Reading {path.name}", lane=LANE, on_result=loaded)

    def many(self, paths: Sequence[Path]) -> None:
        """Find the images among files and folders."""

        def found(files: list[Path]) -> None:
            if len(paths) == 1:
                self.context.remember(paths[0])
            self.many_opened.emit(files)

        self.context.jobs.submit(lambda _: find_images(paths), title="Looking for images", lane=LANE, on_result=found)

    def sample(self, sample: Sample) -> None:
        """Read one of the pictures that come with the program."""
        self.context.jobs.submit(
            lambda _: sample.load(), lane=LANE, on_result=lambda image: self.image_opened.emit(image, sample.title)
        )

    def ask_files(self) -> None:
        """Let the person choose."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open images", self.context.settings.text("folder"))
        if names:
            self.context.settings.put("folder", str(Path(names[0]).parent))
            self.paths([Path(name) for name in names])

    def read_samples(self) -> None:
        """Read all samples, one after the other."""
        pictures: deque[tuple[str, LoadedImage]] = deque()

        def load(job: Job) -> None:
            for sample in SAMPLES.values():
                job.checkpoint()
                pictures.append((sample.id, sample.load()))
                job.report(len(pictures), len(SAMPLES))

        def show(_: object = None) -> None:
            while pictures:
                self.sample_read.emit(*pictures.popleft())

        self.context.jobs.submit(load, on_result=show, on_progress=show)

    def forget(self) -> None:
        """A picture that is still being read comes too late."""
        self.context.jobs.cancel_lane(LANE)
