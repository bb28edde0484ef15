"""What the learning-rate finder found."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.theme import Theme
from gui.training.chart import TRAINING, Chart


class RateDialog(QDialog):
    """Loss against rate, and a button that takes the suggestion over."""

    def __init__(
        self, theme: Theme, rates: np.ndarray, losses: np.ndarray, suggestion: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Learning rate")
        self.resize(560, 400)
        chart = Chart(theme, "Loss against learning rate", "learning rate, power of ten", "loss, smoothed")
        chart.set_curve("loss", np.log10(rates), losses, TRAINING, label=False)
        chart.mark(float(np.log10(suggestion)), f"{suggestion:.1e}")
        text = QLabel(
            f"The loss falls fastest at a rate of {suggestion:.1e}. Where it rises again, training would diverge."
            " A rate a little below the suggestion is the safer choice."
        )
        text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        use = buttons.addButton(f"Use {suggestion:.1e}", QDialogButtonBox.ButtonRole.AcceptRole)
        use.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(chart, 1)
        column.addWidget(text)
        column.addWidget(buttons)
