"""The animation: the window walks over the input, cell by cell."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

_TICK_MS = 33
_SPEEDS = (1, 2, 4, 8, 16, 32, 64, 128, 512, 2048, 8192)  # cells a second


class Player(QWidget):
    """Emits the number of the cell to show, in reading order; None while the animation is off."""

    moved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._due = 0.0
        self.timer = QTimer(self)
        self.timer.setInterval(_TICK_MS)
        self.timer.timeout.connect(self._tick)
        self.play = self._button("▶", "Play or pause the animation (space bar on a map)")
        self.play.setCheckable(True)
        self.play.toggled.connect(self._toggled)
        self.back = self._button("◀|", "One cell back")
        self.forth = self._button("|▶", "One cell on")
        self.back.clicked.connect(lambda: self.step(-1))
        self.forth.clicked.connect(lambda: self.step(1))
        self.scrub = self._slider("Position", "Drag to any cell")
        self.scrub.valueChanged.connect(lambda number: self.moved.emit(number))
        self.speed = self._slider("Speed", "Cells per second")
        self.speed.setRange(0, len(_SPEEDS) - 1)
        self.speed.setValue(2)
        self.speed.setFixedWidth(72)
        self.off = self._button("✕", "End the animation and show the whole output")
        self.off.clicked.connect(self.end)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.back, self.play, self.forth):
            row.addWidget(widget)
        row.addWidget(self.scrub, 1)
        row.addWidget(self.speed)
        row.addWidget(self.off)

    def set_count(self, count: int) -> None:
        """How many cells there are; the position stays if it can."""
        self._count = count
        with QSignalBlocker(self.scrub):
            self.scrub.setRange(0, max(count - 1, 0))

    def step(self, by: int) -> None:
        """Some cells on or back, stopping at the ends."""
        before = self.scrub.value()
        self.scrub.setValue(before + by)
        if self.scrub.value() == before:
            self.moved.emit(before)

    def end(self) -> None:
        """Stop and uncover everything."""
        self.play.setChecked(False)
        with QSignalBlocker(self.scrub):
            self.scrub.setValue(0)
        self.moved.emit(None)

    def stop(self) -> None:
        """No more ticks."""
        self.timer.stop()

    def _toggled(self, playing: bool) -> None:
        self.play.setText("❚❚" if playing else "▶")
        self._due = 1.0
        if playing:
            if self.scrub.value() >= self._count - 1:
                self.scrub.setValue(0)
            self.timer.start()
        else:
            self.timer.stop()

    def _tick(self) -> None:
        self._due += _SPEEDS[self.speed.value()] * _TICK_MS / 1000
        steps, self._due = int(self._due), self._due % 1
        if steps:
            self.step(steps)
        if self.scrub.value() >= self._count - 1:
            self.play.setChecked(False)

    def _button(self, text: str, about: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("button")
        button.setText(text)
        button.setToolTip(about)
        button.setAccessibleName(about)
        return button

    def _slider(self, name: str, about: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setAccessibleName(name)
        slider.setToolTip(about)
        return slider
