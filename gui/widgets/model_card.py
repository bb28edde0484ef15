"""The card of a model on screen: what it is for, what it was made from, how good it is and where it fails."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.models.cards import Card, facts

_LEFT_OUT = ("title", "task", "id")  # the window's title says so


class ModelCard(QDialog):
    """All that is known of a model, to be read and copied."""

    def __init__(self, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Model card: {card.title}")
        body = QWidget()
        form = QFormLayout(body)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for name, value in facts(card).items():
            if value not in ("", None) and name not in _LEFT_OUT:
                form.addRow(_name(name), _value(str(value)))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 8)
        column.addWidget(area, 1)
        column.addWidget(close)

    def sizeHint(self) -> QSize:
        """Wide enough for a sentence a line."""
        return QSize(640, 560)


class CardButton(QPushButton):
    """Opens the card of the model it was last given; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model card…", parent)
        self.setToolTip("What the model was trained on, how good it is, and where it fails")
        self.setAccessibleName("Model card")
        self._card: Card | None = None
        self.clicked.connect(self._open)
        self.hide()

    def show_card(self, card: Card | None) -> None:
        """Another model."""
        self._card = card
        self.setVisible(card is not None)

    def _open(self) -> None:
        if self._card is not None:
            ModelCard(self._card, self.window()).open()


def _name(text: str) -> QLabel:
    label = QLabel(text[:1].upper() + text[1:])
    label.setProperty("role", "muted")
    label.setMinimumWidth(104)
    label.setMaximumWidth(160)
    label.setWordWrap(True)
    return label


def _value(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
