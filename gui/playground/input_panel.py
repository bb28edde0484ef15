"""What goes in: textbook arrays, photos, the person's own image, a drawing, or the camera."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.playground.inputs import SOURCES, Input


class InputPanel(QWidget):
    """Emits what the person wants to put in; shows what is in."""

    source_chosen = Signal(str)  # key of SOURCES
    grey_changed = Signal(bool)
    open_wanted = Signal()
    draw_wanted = Signal()
    camera_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName("Input")
        self.box.setToolTip("A textbook array or a sample photo")
        for key, source in SOURCES.items():
            if source.photo and not SOURCES[self._last_key()].photo:
                self.box.insertSeparator(self.box.count())
            self.box.addItem(source.title, key)
            self.box.setItemData(self.box.count() - 1, source.about, 3)  # tool tip
        self.box.activated.connect(lambda _: self.source_chosen.emit(self.box.currentData()))
        self.open = self._button("Open…", "Open an image of your own; you can also drop or paste one")
        self.draw = self._button("Draw…", "Draw an input by hand")
        self.camera = self._button("Webcam", "Use the camera, live")
        self.camera.setCheckable(True)
        self.grey = QCheckBox("Grey")
        self.grey.setToolTip("One channel of brightness instead of red, green and blue")
        self.grey.setAccessibleName("Grey")
        self.grey.setChecked(True)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setProperty("role", "muted")
        self.note.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.open, self.draw, self.camera):
            buttons.addWidget(button, 1)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.box, 1)
        first.addWidget(self.grey)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(first)
        column.addLayout(buttons)
        column.addWidget(self.note)
        self.open.clicked.connect(self.open_wanted)
        self.draw.clicked.connect(self.draw_wanted)
        self.camera.toggled.connect(self.camera_toggled)
        self.grey.toggled.connect(self.grey_changed)

    def _last_key(self) -> str:
        return str(self.box.itemData(self.box.count() - 1)) if self.box.count() else next(iter(SOURCES))

    def _button(self, text: str, about: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(about)
        button.setStyleSheet("padding-left: 4px; padding-right: 4px;")
        return button

    def show_input(self, given: Input, key: str = "") -> None:
        """Say what is in; `key` when it is one of the list."""
        own = self.box.findData("")
        if not key and own < 0:
            self.box.insertItem(0, "", "")
            own = 0
        if key:
            if own >= 0:
                self.box.removeItem(own)
            self.box.setCurrentIndex(self.box.findData(key))
        else:
            self.box.setItemText(own, given.name)
            self.box.setCurrentIndex(own)
        colour = given.values.shape[2] == 3
        with QSignalBlocker(self.grey):
            if colour:
                self.grey.setChecked(False)
        self.say(" ".join(given.notes))

    def say(self, text: str) -> None:
        """A remark on the input, or none."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
