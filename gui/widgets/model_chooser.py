"""Choose a model: catalog entries with their state, the user's own file, and the button that fetches weights."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.models import store
from engine.models.cards import Card
from engine.models.catalog import FIRST_CLASSIFIER, Entry, entries
from engine.models.trained import trained_models
from gui.widgets.fetch_button import FetchButton
from gui.widgets.model_card import CardButton

_OPEN = "open"  # the last item, which opens a file dialog


class ModelChooser(QWidget):
    """Emits the id or the path of the chosen model; knows what is on this machine but starts no work."""

    chosen = Signal(str)  # catalog id or path of a file
    download_wanted = Signal(str)  # catalog id
    import_wanted = Signal(str, str)  # catalog id and path of a weights file

    def __init__(self, task: str = "classification", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task = task
        self._files: list[str] = []
        self._current = ""
        self.box = QComboBox()
        self.box.setAccessibleName("Model")
        self.box.setToolTip("The network that answers")
        self.box.activated.connect(self._activated)
        self.card = CardButton()
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.fetch = FetchButton()
        self.fetch.setToolTip("Fetch the weights; they are kept for later starts")
        self.fetch.setAccessibleName("Download weights")
        self.fetch.clicked.connect(self._fetch)
        self.take = QPushButton("Import file…")
        self.take.setToolTip("Use a weights file that is already on this machine")
        self.take.setAccessibleName("Import weights file")
        self.take.clicked.connect(self._import)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.fetch, 1)
        buttons.addWidget(self.take)
        column.addWidget(self.box)
        column.addWidget(self.about)
        column.addLayout(buttons)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def current(self) -> str:
        """The chosen id or path."""
        return self._current

    def offered(self) -> Entry | None:
        """What the button fetches: the choice if it is missing; beside the first one, the one for more classes."""
        entry = entries().get(self._current)
        if entry is None or store.weights_path(entry) is None:
            return entry
        return store.suggestion() if entry.id == FIRST_CLASSIFIER else None

    def select(self, reference: str) -> None:
        """Show a model as chosen, without emitting; a path is added to the list."""
        if reference not in entries() and reference not in self._files:
            self._files.append(reference)
        self._current = reference
        self.refresh()

    def refresh(self) -> None:
        """Read the state of every model again, such as after a download."""
        known = {key: entry for key, entry in entries().items() if entry.card.task == self._task}
        self.box.clear()
        for model_id, entry in known.items():
            self.box.addItem(_item_text(entry), model_id)
        trained = {path: card for path, card in trained_models().items() if card.task == self._task}
        for path, card in trained.items():
            self.box.addItem(f"{card.title} (trained here)", path)
        for file in self._files:
            if file not in trained:
                self.box.addItem(Path(file).name, file)
        self.box.addItem("Open a model file…", _OPEN)
        if not self._current:
            self._current = str(self.box.itemData(0))
        self.box.setCurrentIndex(max(self.box.findData(self._current), 0))
        self._describe(known.get(self._current), trained.get(self._current))

    def show_fetching(self, share: float | None) -> None:
        """What the button offers is on its way: how much of it has come, or None while that is unknown."""
        self.fetch.setEnabled(False)
        self.take.setEnabled(False)
        self.fetch.setText("Downloading…" if share is None else f"Downloading {share:.0%}")

    def showEvent(self, event: QShowEvent) -> None:
        """A run may have been trained or deleted since."""
        super().showEvent(event)
        self.refresh()

    def _describe(self, entry: Entry | None, trained: Card | None) -> None:
        self.card.show_card(entry.card if entry is not None else trained)
        missing = entry is not None and store.weights_path(entry) is None
        self._offer_download()
        self.fetch.setEnabled(True)
        self.take.setEnabled(True)
        self.take.setVisible(missing)
        if entry is None:
            own = f"{trained.about} {trained.accuracy}." if trained else "Your own model file."
            self.about.setText(own if self._current else "")
            self.about.setToolTip(trained.made if trained else "")
            return
        self.about.setText(entry.card.about)
        details = (entry.card.accuracy, entry.card.made, entry.card.licence)
        self.about.setToolTip("\n".join(filter(None, details)))

    def _offer_download(self) -> None:
        offered = self.offered()
        if offered is None:
            self.fetch.withdraw()
            return
        needed = offered.id == self._current
        what = f"Get {offered.card.title}: {offered.classes:,} classes"
        if needed:
            what = "Resume download" if store.state(offered) == "partial" else "Download"
        self.fetch.offer(f"{what} ({offered.card.megabytes:g} MB)" if offered.card.megabytes else what, needed)

    def _fetch(self) -> None:
        offered = self.offered()
        if offered is not None:
            self.download_wanted.emit(offered.id)

    def _activated(self, index: int) -> None:
        reference = str(self.box.itemData(index))
        if reference == _OPEN:
            pattern = "Keras models (*.keras *.h5)"
            reference, _ = QFileDialog.getOpenFileName(self, "Open a model", "", pattern)
        if reference:
            self.select(reference)
            self.chosen.emit(reference)
        else:
            self.refresh()

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import weights", "", "Weights (*.h5)")
        if path:
            self.import_wanted.emit(self._current, path)


def _item_text(entry: Entry) -> str:
    words = {"missing": f"{entry.card.megabytes:g} MB to download", "partial": "download not finished"}
    state = words.get(store.state(entry))
    return f"{entry.card.title} ({state})" if state else entry.card.title
