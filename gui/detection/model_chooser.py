"""Choose the detector: those that can be fetched, files of one's own, and the button for the next step."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QVBoxLayout, QWidget

from engine.detection.catalog import Entry, entries, suggestion
from engine.detection.detector import Detector
from gui.widgets.fetch_button import FetchButton
from gui.widgets.model_card import CardButton
from gui.words import count, megabytes

_OPEN = "ask:file"
_PATTERN = "Detectors (*.onnx *.cfg *.weights);;All files (*)"


class DetectorChooser(QWidget):
    """Emits the id or path of the chosen detector; starts no work itself."""

    chosen = Signal(str)
    download_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: list[str] = []
        self._current = next(iter(entries()))
        self.box = QComboBox()
        self.box.setAccessibleName("Detector")
        self.box.setToolTip("The network that finds things")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.activated.connect(self._activated)
        self.fetch = FetchButton()
        self.fetch.setAccessibleName("Download detector")
        self.fetch.clicked.connect(self._fetch)
        self.card = CardButton()
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addWidget(self.fetch)
        column.addWidget(self.about)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def current(self) -> str:
        """The chosen id or path."""
        return self._current

    def entry(self) -> Entry | None:
        """The catalog's entry of the choice, None for a file."""
        return entries().get(self._current)

    def missing(self) -> bool:
        """Whether the choice has to be fetched first."""
        entry = self.entry()
        return entry is not None and not entry.here

    def files(self) -> list[str]:
        """Files of one's own, to be remembered."""
        return list(self._files)

    def select(self, reference: str) -> None:
        """Show a detector as chosen, without emitting; a path is added to the list."""
        if reference not in entries():
            self._files = [reference, *(file for file in self._files if file != reference)][:8]
        self._current = reference
        self.refresh()

    def offer(self, files: list[str]) -> None:
        """Add files to the list that were used before."""
        self._files += [file for file in files if file not in self._files and Path(file).is_file()]
        self.refresh()

    def refresh(self) -> None:
        """Read again what is on this machine."""
        self.box.clear()
        for entry in entries().values():
            state = "" if entry.here else f" ({megabytes(entry.bytes)} to download)"
            self.box.addItem(entry.title + state, entry.id)
        for file in self._files:
            self.box.addItem(Path(file).name, file)
        self.box.insertSeparator(self.box.count())
        self.box.addItem("Open a model file…", _OPEN)
        self.box.setCurrentIndex(self.box.findData(self._current))
        chosen = self.entry()
        self._offer_download()
        self.card.show_card(None if chosen is None else chosen.card)
        self.about.setText("" if chosen is None else f"{chosen.about} Licence: {chosen.licence}.")

    def offered(self) -> Entry | None:
        """What the button fetches: the choice if it is missing; beside a bundled one, the one for more classes."""
        chosen = self.entry()
        if chosen is None or not chosen.here:
            return chosen
        return suggestion() if chosen.card is not None else None

    def _offer_download(self) -> None:
        offered = self.offered()
        if offered is None:
            self.fetch.withdraw()
            return
        needed = offered.id == self._current
        what = f"Download {offered.title}" if needed else f"Get {offered.title}: 80 classes"
        self.fetch.offer(f"{what} ({megabytes(offered.bytes)})", needed)
        self.fetch.setToolTip(f"{offered.about} Fetched once; its SHA-256 is checked. Licence: {offered.licence}")

    def _fetch(self) -> None:
        offered = self.offered()
        if offered is not None:
            self.download_wanted.emit(offered.id)

    def describe(self, detector: Detector) -> None:
        """Facts of the detector that is loaded."""
        width, height = detector.size
        number = detector.classes
        classes = "unknown number of classes" if number is None else count(number, "class", "classes")
        facts = f"{detector.head.title} head, {width} × {height}, {classes}. Licence: {_short(detector.licence)}."
        entry = self.entry()
        if entry is not None and entry.card is not None:
            facts = f"{entry.about} {facts}"
        if not detector.labels:
            facts += " Its class names are unknown: give them under Advanced."
        self.about.setText(facts)
        self.about.setToolTip(f"{detector.head.about}\nLicence: {detector.licence}\n{detector.runtime.describe()}")

    def ask_file(self) -> None:
        """The file dialog."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a detector", "", _PATTERN)
        if name:
            self.select(name)
            self.chosen.emit(name)

    def _activated(self, index: int) -> None:
        reference = str(self.box.itemData(index))
        if reference == _OPEN:
            self.box.setCurrentIndex(self.box.findData(self._current))
            self.ask_file()
            return
        self.select(reference)
        self.chosen.emit(reference)


def _short(licence: str) -> str:
    return licence.split("(http", 1)[0].strip().rstrip(".")
