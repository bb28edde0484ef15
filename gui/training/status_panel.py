"""The right column: how far it is, what the curves say, and what the network thinks of the person's own image."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.training.diagnosis import GOOD, RULES, WARNING, Finding
from engine.training.live import Status
from engine.training.load import LoadMeter
from gui.widgets.class_bars import ClassBars
from gui.widgets.scrolled import Scrolled

_FACTS = ("Epoch", "Batch", "Speed", "Time left", "Learning rate", "Best epoch", "Early stopping", "This program")
_SIGNS = {GOOD: "✓", WARNING: "!"}


class StatusPanel(QWidget):
    """Shows finished values only."""

    export_wanted = Signal()
    report_wanted = Signal()
    image_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meter = LoadMeter()
        self.phase = QLabel("Ready")
        self.phase.setProperty("role", "title")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("Progress of the training")
        self.facts = {name: QLabel("–") for name in _FACTS}
        rows = QFormLayout()
        rows.setVerticalSpacing(4)
        rows.setHorizontalSpacing(16)
        for name, label in self.facts.items():
            label.setAccessibleName(name)
            muted = QLabel(name)
            muted.setProperty("role", "muted")
            rows.addRow(muted, label)
        self._words = QVBoxLayout()
        self._words.setSpacing(8)
        self._said: tuple[Finding, ...] | None = None
        self.bars = ClassBars()
        self.bars.hint = "Open or drop a picture to see what the trained network says."
        self.bars.show_predictions(())
        self._asked = _button("Try an image…", "Classify a picture of your own with the run on show", self.image_wanted)
        self._export = _button(
            "Export…",
            "Save the best weights as Keras, SavedModel, LiteRT or ONNX; the file is checked against the network",
            self.export_wanted,
        )
        self._report = _button("Report", "Write PNG, PDF and Markdown into the run's folder", self.report_wanted)
        self._lay_out(rows)
        self.show_findings(())
        self.set_usable(False)

    def _lay_out(self, rows: QFormLayout) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.phase)
        column.addWidget(self.bar)
        column.addLayout(rows)
        column.addSpacing(8)
        column.addWidget(_title("What the curves say"))
        column.addLayout(self._words)
        column.addSpacing(8)
        column.addWidget(_title("Your image"))
        column.addWidget(self._asked)
        column.addWidget(self.bars)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._export)
        buttons.addWidget(self._report)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Scrolled(inside, "Progress, findings and your image", reading=True), 1)
        outer.addLayout(buttons)

    def set_usable(self, on: bool) -> None:
        """Whether there are trained weights to use."""
        for button in (self._asked, self._export, self._report):
            button.setEnabled(on)

    def show_status(self, status: Status) -> None:
        """Figures of the moment."""
        self.phase.setText(status.phase)
        done = (status.epoch - 1 + status.batch / max(status.batches, 1)) / max(status.epochs, 1)
        self.bar.setValue(round(1000 * min(max(done, 0.0), 1.0)))
        load = self._meter.read()
        wait = f"{status.waited} of {status.patience} epochs" if status.patience else "off"
        self._set("Epoch", f"{status.epoch} of {status.epochs}" if status.epochs else "–")
        self._set("Batch", f"{status.batch} of {status.batches}" if status.batches else "–")
        self._set("Speed", f"{status.images_per_second:,.0f} images/s" if status.images_per_second else "–")
        self._set("Time left", _duration(status.seconds_left))
        self._set("Learning rate", f"{status.rate:.3g}" if status.rate else "–")
        self._set("Best epoch", str(status.best_epoch) if status.best_epoch else "–")
        self._set("Early stopping", wait)
        gpu = f", GPU {status.gpu_memory / 1e9:.1f} GB" if status.gpu_memory else ""
        self._set("This program", f"{load.cpu:.0%} CPU, {load.memory / 1e9:.1f} GB{gpu}")

    def _set(self, name: str, text: str) -> None:
        if self.facts[name].text() != text:
            self.facts[name].setText(text)

    def show_findings(self, findings: Sequence[Finding], messages: Sequence[str] = ()) -> None:
        """What the rules found; the rule itself is in the tooltip."""
        said = (*findings, *(Finding("", WARNING, message, "") for message in messages))
        if said == self._said:
            return
        self._said = said
        while (item := self._words.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for finding in said:
            self._words.addWidget(_card(finding))
        if not said:
            empty = QLabel("After two epochs: whether it learns, overfits, stands still or diverges, and what to try.")
            empty.setWordWrap(True)
            empty.setProperty("role", "muted")
            self._words.addWidget(empty)

    def words(self) -> str:
        """Everything that is said, for tests and screen readers."""
        return " ".join(f"{finding.text} {finding.remedy}".strip() for finding in self._said or ())


def _card(finding: Finding) -> QLabel:
    sign = _SIGNS.get(finding.level, "·")
    label = QLabel(f"{sign} {finding.text} {finding.remedy}".strip())
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if finding.level == WARNING:
        label.setProperty("role", "error")
    if finding.rule in RULES:
        label.setToolTip(f"Rule: {RULES[finding.rule].stated}.")
    return label


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "title")
    return label


def _button(text: str, tip: str, signal: SignalInstance) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.clicked.connect(lambda _=False: signal.emit())
    return button
