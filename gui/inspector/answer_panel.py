"""Right side of the Inspector: the top classes and what the network was given to see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.models.cards import Card
from engine.models.predictions import Prediction
from gui.pictures import to_pixmap
from gui.widgets.class_bars import ClassBars

SEEN_SIDE = 168  # screen pixels of the longer side


class AnswerPanel(QWidget):
    """Shows one classification; `clear` puts a sentence in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = ClassBars()
        self.bars.setToolTip("Probability of each class; hover for the exact value and the logit")
        self._scope = QLabel()
        self._scope.setProperty("role", "muted")
        self._scope.setWordWrap(True)
        self._seen_title = _title("What the network sees")
        self._seen = QLabel()
        self._seen.setAccessibleName("What the network sees")
        self._seen.setToolTip("The image as it enters the network; the dashed frame shows where it was taken from")
        self._seen.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._caption = QLabel()
        self._caption.setProperty("role", "muted")
        self._caption.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(_title("What it says"))
        column.addWidget(self.bars)
        column.addWidget(self._scope)
        column.addSpacing(8)
        column.addWidget(self._seen_title)
        column.addWidget(self._seen)
        column.addWidget(self._caption)
        column.addStretch(1)
        self.clear("")

    def show_answer(self, predictions: Sequence[Prediction], classes: int, seen: np.ndarray | None, card: Card) -> None:
        """Show the strongest of `classes` classes, the input (H, W, C) uint8 as a picture, and how it was made."""
        self.bars.show_predictions(predictions)
        self._scope.setText(f"It knows {classes:,} classes and gives one of them to whatever it is shown.")
        if seen is None:
            self._show_seen(False)
            return
        height, width = seen.shape[:2]
        large = max(height, width) * 2 > SEEN_SIDE
        mode = Qt.TransformationMode.SmoothTransformation if large else Qt.TransformationMode.FastTransformation
        keep = Qt.AspectRatioMode.KeepAspectRatio
        self._seen.setPixmap(to_pixmap(seen).scaled(SEEN_SIDE, SEEN_SIDE, keep, mode))
        colours = "grey" if seen.shape[2] == 1 else "colour"
        self._caption.setText(f"{width} × {height} pixels, {colours}. {FIT_WORDS.get(card.preprocessing.fit, '')}")
        self._show_seen(True)

    def clear(self, hint: str) -> None:
        """Show a sentence instead of an answer."""
        self.bars.hint = hint
        self.bars.show_predictions(())
        self._scope.clear()
        self._show_seen(False)

    def _show_seen(self, shown: bool) -> None:
        for part in (self._seen_title, self._seen, self._caption):
            part.setVisible(shown)


FIT_WORDS = {
    "crop": "Central part, as in training.",
    "cover": "Largest central part.",
    "stretch": "Whole image, stretched.",
    "pad": "Whole image, padded with grey.",
    "digit": "The digit was found, cut out, turned light on dark and centred.",
}


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "title")
    return label
