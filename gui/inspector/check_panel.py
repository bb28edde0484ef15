"""Right side of the Inspector: is the map true? Four checks, each with what it cannot say."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from engine.explain.faithfulness import CAVEATS, Curves, Kept, Pointing
from gui.inspector.curve_plot import CurvePlot
from gui.words import percent


class CheckPanel(QWidget):
    """Shows finished checks; emits what the person wants checked."""

    check_wanted = Signal()
    box_wanted = Signal(bool)  # whether the next drag on the picture draws a box

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start = QPushButton("Check this map")
        self.start.setProperty("primary", True)
        self.start.setToolTip(
            "Delete and insert what the map marks, keep only that, and ask copies with random weights"
        )
        self.start.clicked.connect(self.check_wanted)
        self.badge = QLabel()
        self.badge.setAccessibleName("Randomisation check")
        self.badge.setWordWrap(True)
        self.plot = CurvePlot()
        self.areas, self.kept, self.pointed = (
            _text("Areas"),
            _text("Confidence of the kept part"),
            _text("Pointing game"),
        )
        self.box = QPushButton("Draw a box")
        self.box.setCheckable(True)
        self.box.setToolTip("Draw a box around the object on the picture: does the map point into it?")
        self.box.toggled.connect(self.box_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.start)
        self._bodies: list[QWidget] = []
        self._section(column, "Random weights", self.badge, "randomised")
        self._section(column, "Deletion and insertion", self.plot, "curves", self.areas)
        self._section(column, "Keep only the marked part", self.kept, "keep")
        column.addSpacing(8)
        column.addWidget(_title("Pointing game"))
        column.addWidget(self.box)
        column.addWidget(self.pointed)
        column.addWidget(_muted(CAVEATS["pointing"]))
        column.addStretch(1)
        self.clear(False)

    def _section(self, column: QVBoxLayout, title: str, body: QWidget, caveat: str, *more: QWidget) -> None:
        parts = [_title(title), body, *more, _muted(CAVEATS[caveat])]
        column.addSpacing(8)
        for part in parts:
            column.addWidget(part)
        self._bodies += parts

    def clear(self, possible: bool) -> None:
        """Forget the checks of another map; possible: whether there is a map to check."""
        for part in self._bodies:
            part.hide()
        self.pointed.clear()
        self.start.setEnabled(possible)
        self.start.setText("Check this map")
        self.box.setEnabled(possible)

    def show_busy(self, note: str) -> None:
        """Say what the check is doing."""
        self.start.setEnabled(False)
        self.start.setText(note or "Checking")

    def show_checks(self, curves: Curves, kept: Kept, badge: tuple[bool | None, str]) -> None:
        """Show all checks of a map. badge: passed, failed or None when it cannot be done, and its sentence."""
        self.clear(True)
        passed, sentence = badge
        self.badge.setText(f"{_MARKS[passed]} {sentence}")
        self.badge.setProperty("role", "error" if passed is False else "")
        self.badge.style().polish(self.badge)
        self.plot.show_curves(curves)
        self.areas.setText(
            f"Deletion {curves.deletion_auc:.2f}, random {curves.random_deletion_auc:.2f}: {_verdict(curves, True)}\n"
            f"Insertion {curves.insertion_auc:.2f}, random {curves.random_insertion_auc:.2f}: {_verdict(curves, False)}"
        )
        change = "surer than before" if kept.increased else f"a relative drop of {percent(kept.drop)}"
        self.kept.setText(f"Confidence {percent(kept.before)} before, {percent(kept.after)} with that part: {change}.")
        for part in self._bodies:
            part.show()

    def show_pointing(self, result: Pointing) -> None:
        """Show how the map fits the box."""
        hit = "Hit: the strongest place is inside." if result.hit else "Miss: the strongest place is outside."
        self.pointed.setText(f"{hit} {percent(result.energy)} of the map lies in {percent(result.area)} of the image.")
        self.box.setChecked(False)


_MARKS = {True: "✓", False: "✗", None: "?"}


def _verdict(curves: Curves, deletion: bool) -> str:
    ours = (
        curves.random_deletion_auc - curves.deletion_auc
        if deletion
        else curves.insertion_auc - curves.random_insertion_auc
    )
    return "better" if ours > 0.02 else "no better"


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "title")
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def _text(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(name)
    label.setWordWrap(True)
    return label
