"""What the network gets wrong, the most certain first, and how far its certainty can be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.training import metrics
from gui.theme import Theme
from gui.training.chart import SERIES, TRAINING, Chart
from gui.training.picture_grid import Picture, PictureGrid

_HINT = "After the first epoch: the wrong answers, the most confident first."
_SHOWN = 120


class MistakesView(QWidget):
    """A gallery above, the calibration curve below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = QLabel(_HINT)
        self.summary.setWordWrap(True)
        self.gallery = PictureGrid("Wrong answers", 64, room=56)
        self.gallery.setToolTip("Hover a picture for what it is, what the network says, and its file")
        self.calibration = Chart(theme, "Calibration", "confidence", "share right", legend_below=True)
        self.calibration.setFixedHeight(200)
        self.calibration.setMouseEnabled(False, False)
        self.verdict = QLabel()
        self.verdict.setProperty("role", "muted")
        self.verdict.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.summary)
        column.addWidget(self.gallery, 1)
        column.addWidget(self.calibration)
        column.addWidget(self.verdict)

    def show_answers(
        self,
        truth: np.ndarray,
        predicted: np.ndarray,
        confidence: np.ndarray,
        names: Sequence[str],
        picture: Callable[[int], Picture] | None,
    ) -> None:
        """Answers for the validation images, as in ConfusionView."""
        wrong = metrics.mistakes(truth, predicted, confidence)
        more = f" The {_SHOWN} most confident are shown." if len(wrong) > _SHOWN else ""
        self.summary.setText(f"{len(wrong)} of {len(truth)} validation images are wrong.{more}")
        pictures = []
        for index in wrong[:_SHOWN] if picture is not None else ():
            assert picture is not None
            base = picture(int(index))
            said, sure = names[predicted[index]], f"{confidence[index]:.0%}"
            tip = f"It is “{names[truth[index]]}”; the network says “{said}” with {sure}.\n{base.tip.splitlines()[-1]}"
            pictures.append(Picture(base.pixels, f"{said} {sure}", tip))
        self.gallery.show_pictures(pictures)
        self._draw(metrics.calibration(confidence, truth == predicted))

    def clear(self) -> None:
        """No run is on show."""
        self.summary.setText(_HINT)
        self.gallery.show_pictures(())
        self.calibration.drop_curves()
        self.verdict.clear()

    def _draw(self, found: metrics.Calibration) -> None:
        filled = found.count > 0
        self.calibration.set_curve(
            "ideal", np.array([0.0, 1.0]), np.array([0.0, 1.0]), SERIES[7], faint=True, label=False
        )
        self.calibration.set_curve("network", found.confidence[filled], found.accuracy[filled], TRAINING, dots=True)
        self.calibration.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.02)
        mean = np.average(found.confidence[filled] - found.accuracy[filled], weights=found.count[filled])
        lean = "overconfident" if mean > 0.02 else "underconfident" if mean < -0.02 else "well calibrated on average"
        self.verdict.setText(f"Calibration error {found.error:.1%}: the network is {lean}.")
