"""The row under the picture: freeze or play, where in the file, record, snapshot, export."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

_STEPS = 1000


class Transport(QWidget):
    """Emits what was pressed; shows the state it is given."""

    held = Signal(bool)  # freeze or pause
    sought = Signal(float)  # share of the file, 0..1
    fast = Signal(bool)  # as fast as possible
    record_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ("Freeze", "Resume")
        self.hold = self._button("Freeze", "Hold the picture; settings still act on it (Space)", checkable=True)
        self.hold.toggled.connect(self._hold_toggled)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName("Position")
        self.slider.setToolTip("Where in the file")
        self.slider.sliderMoved.connect(lambda value: self.sought.emit(value / _STEPS))
        self.slider.actionTriggered.connect(self._jumped)
        self.time = QLabel()
        self.time.setProperty("role", "muted")
        self.quick = QCheckBox("Fast")
        self.quick.setToolTip("As fast as this machine can, instead of at the file's own speed")
        self.quick.toggled.connect(self.fast)
        self.record = self._button("Record", "Record what is shown, at true speed (R)", checkable=True)
        self.record.toggled.connect(self.record_wanted)
        self.save = QPushButton("Save")
        self.save.setToolTip("Snapshot and results as files")
        self.save.setAccessibleName("Save")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget, stretch in (
            (self.hold, 0), (self.slider, 1), (self.time, 0), (self.quick, 0), (self.record, 0), (self.save, 0),
        ):  # fmt: skip
            row.addWidget(widget, stretch)
        self.show_file(False)

    def show_file(self, is_file: bool) -> None:
        """Files have a position and can be played fast; live sources cannot."""
        for widget in (self.slider, self.time, self.quick):
            widget.setVisible(is_file)
        self._words = ("Pause", "Play") if is_file else ("Freeze", "Resume")
        self.hold.setText(self._words[self.hold.isChecked()])
        self._row.setStretch(0, 0 if is_file else 1)
        self._row.setAlignment(self.hold, Qt.AlignmentFlag.AlignLeft)

    def _hold_toggled(self, held: bool) -> None:
        self.hold.setText(self._words[held])
        self.held.emit(held)

    def show_held(self, held: bool) -> None:
        """Match the button to what really happens."""
        self.hold.blockSignals(True)
        self.hold.setChecked(held)
        self.hold.setText(self._words[held])
        self.hold.blockSignals(False)

    def show_position(self, time_s: float, duration_s: float) -> None:
        """Where the file is."""
        if not self.slider.isSliderDown() and duration_s > 0:
            self.slider.setValue(round(time_s / duration_s * _STEPS))
        self.time.setText(f"{clock(time_s)} / {clock(duration_s)}")

    def show_recording(self, running: bool) -> None:
        """Match the button to what really happens."""
        self.record.blockSignals(True)
        self.record.setChecked(running)
        self.record.setText("Stop recording" if running else "Record")
        self.record.blockSignals(False)

    def _jumped(self, action: int) -> None:
        if action != QSlider.SliderAction.SliderMove.value:
            self.sought.emit(self.slider.sliderPosition() / _STEPS)

    def _button(self, text: str, tip: str, checkable: bool) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setCheckable(checkable)
        return button


def clock(seconds: float) -> str:
    """ "1:05"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
