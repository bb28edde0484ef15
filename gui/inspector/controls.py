"""Left side of the Inspector: which model, which image, and the few settings behind them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.models.cards import Card
from engine.models.catalog import entries
from engine.models.preprocessing import SCALES
from gui.widgets.folded import FoldedSection
from gui.widgets.form import Form
from gui.widgets.model_chooser import ModelChooser
from gui.widgets.scrolled import Scrolled

WIDTH = 272  # pixels of the controls
BAR = 16  # beside them, where the scroll bar comes once they are too long for the window
TOP = 5
VIDEO = "video"  # stands for a file that is asked for
_BY_ITSELF = "automatic"


class Controls(QWidget):
    """Emits what the person wants; holds no image and starts no work."""

    open_wanted = Signal()
    changed = Signal()  # a setting that changes the answer
    live_wanted = Signal(str)  # a source as the command line names it
    live_stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooser = ModelChooser()
        self._labels: Path | None = None
        open_button = QPushButton("Open images…")
        open_button.setProperty("primary", True)
        open_button.setToolTip("Open one image, or several for a table (Ctrl+O)")
        open_button.clicked.connect(self.open_wanted)
        self.live = QPushButton("Camera…")
        self.live.setToolTip("Explain the frames of a camera or a video as they come")
        self.live.setAccessibleName("Camera or video")
        sources = QMenu(self.live)
        for title, spec in (("Camera", "camera"), ("Video file…", VIDEO), ("Sample scene", "synthetic")):
            sources.addAction(title, partial(self._live_chosen, spec))
        self.live.setMenu(sources)
        self.stop_live = QPushButton("Stop")
        self.stop_live.setToolTip("End the live picture; the last frame stays")
        self.stop_live.clicked.connect(self.live_stopped)
        self.stop_live.hide()
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(open_button, 1)
        first.addWidget(self.live)
        first.addWidget(self.stop_live)
        hint = QLabel("Or drop images or a folder on the window, or paste (Ctrl+V).")
        hint.setWordWrap(True)
        hint.setProperty("role", "muted")
        self._facts = QLabel()
        self._facts.setWordWrap(True)
        self._facts.setProperty("role", "muted")
        self.advanced = FoldedSection(self._build_advanced())
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        self.setFixedWidth(WIDTH + BAR)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(_title("Image"))
        column.addLayout(first)
        column.addWidget(hint)
        column.addSpacing(8)
        column.addWidget(_title("Model"))
        column.addWidget(self.chooser)
        column.addWidget(self._facts)
        column.addSpacing(8)
        self._sections = QVBoxLayout()
        column.addLayout(self._sections)
        column.addSpacing(8)
        column.addWidget(self.advanced)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Scrolled(inner, "Image, model and question"))
        self.model_changed()

    def _build_advanced(self) -> QWidget:
        body = QWidget()
        form = Form(body)
        form.setContentsMargins(0, 0, 0, 0)
        self._top = QSpinBox()
        self._top.setRange(1, 20)
        self._top.setValue(TOP)
        self._top.setToolTip("How many classes are shown")
        self._top.setAccessibleName("Classes shown")
        self._top.valueChanged.connect(lambda _: self.changed.emit())
        self._scale = QComboBox()
        self._scale.addItems([_BY_ITSELF, *SCALES])
        self._scale.setToolTip(
            "Pixel scale your own model was trained with: raw 0..255, unit 0..1, signed"
            " −1..1, caffe BGR minus the ImageNet mean, torch ImageNet mean and deviation"
        )
        self._scale.setAccessibleName("Pixel scale")
        self._scale.activated.connect(lambda _: self.changed.emit())
        self._labels_button = QPushButton("Choose…")
        self._labels_button.setToolTip("Class names of your own model: a text file with one name per line, or JSON")
        self._labels_button.setAccessibleName("Labels file")
        self._labels_button.clicked.connect(self._ask_labels)
        form.addRow("Classes shown", self._top)
        form.addRow("Pixel scale", self._scale)
        form.addRow("Labels file", self._labels_button)
        return body

    def show_live(self, running: bool) -> None:
        """Offer live pictures, or to stop the one that runs."""
        self.live.setVisible(not running)
        self.stop_live.setVisible(running)

    def _live_chosen(self, spec: str) -> None:
        if spec == VIDEO:
            spec, _ = QFileDialog.getOpenFileName(self, "Open a video", "", "Videos (*.mp4 *.avi *.mkv *.mov *.webm)")
        if spec:
            self.live_wanted.emit(spec)

    def add_section(self, section: QWidget) -> None:
        """Put further controls below the model."""
        self._sections.addWidget(section)

    def top(self) -> int:
        """How many classes are wanted."""
        return self._top.value()

    def model_key(self) -> tuple[str, Path | None, str | None]:
        """What identifies the model to load: reference, labels file, pixel scale."""
        scale = self._scale.currentText()
        own = self._is_own_file()
        return self.chooser.current(), self._labels if own else None, scale if own and scale != _BY_ITSELF else None

    def model_changed(self) -> None:
        """Another model was chosen: settings that belong to a file of one's own start over."""
        self._labels = None
        self._labels_button.setText("Choose…")
        self._scale.setCurrentIndex(0)
        self._scale.setEnabled(self._is_own_file())
        self._labels_button.setEnabled(self._is_own_file())
        self._facts.clear()

    def describe(self, card: Card) -> None:
        """Facts of the model in use; asks for class names where they are unknown."""
        facts = [f"{card.parameters:,} parameters." if card.parameters else "", card.accuracy and f"{card.accuracy}."]
        if not card.labels:
            facts.append("Its class names are unknown: give a labels file under Advanced.")
            self.advanced.toggle.setChecked(self._is_own_file())
        self._facts.setText(" ".join(filter(None, facts)))

    def _is_own_file(self) -> bool:
        return self.chooser.current() not in entries()

    def _ask_labels(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Class names", "", "Labels (*.txt *.json *.names);;All files (*)")
        if name:
            self._labels = Path(name)
            self._labels_button.setText(self._labels.name)
            self.changed.emit()


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "title")
    return label
