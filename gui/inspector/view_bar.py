"""How the map is shown: original, heatmap or overlay, opacity, sign; the rest behind one button."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QWidget,
    QWidgetAction,
)

from engine.explain.views import POSITIVE_MAPS, SIGNED_MAPS, Look
from gui.widgets.form import Form

MODES = (
    ("original", "Image", "The image alone"),
    ("heatmap", "Map", "The map alone"),
    ("overlay", "Both", "The map over the image"),
)


class ViewBar(QWidget):
    """Emits the wanted look; asks the model nothing."""

    changed = Signal(object)  # Look
    code_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = Look()
        self._modes = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for number, (mode, title, tip) in enumerate(MODES):
            button = QPushButton(title)
            button.setCheckable(True)
            button.setChecked(mode == self.look.mode)
            button.setToolTip(tip)
            button.setAccessibleName(f"Show {title.lower()}")
            self._modes.addButton(button, number)
            row.addWidget(button)
        self._modes.idClicked.connect(lambda number: self._set(mode=MODES[number][0]))
        self.opacity = _slider("Opacity of the map", round(self.look.opacity * 100))
        self.opacity.valueChanged.connect(lambda value: self._set(opacity=value / 100))
        self.signed = QCheckBox("Signed")
        self.signed.setToolTip("Also what speaks against the class: red for, blue against")
        self.signed.toggled.connect(lambda on: self._set(signed=on))
        row.addSpacing(8)
        row.addWidget(QLabel("Opacity"))
        row.addWidget(self.opacity)
        row.addWidget(self.signed)
        row.addStretch(1)
        row.addWidget(self._more())
        row.addWidget(self._share())

    def _more(self) -> QPushButton:
        body = QWidget()
        form = Form(body)
        self.threshold = _slider("Hide what is weaker than this share of the strongest", 0)
        self.threshold.valueChanged.connect(lambda value: self._set(threshold=value / 100))
        self.contour = QCheckBox("around half of the strongest")
        self.contour.setToolTip("Draw a line around the strongest parts")
        self.contour.setAccessibleName("Contour")
        self.contour.toggled.connect(lambda on: self._set(contour=on))
        self.colours = _combo("Colours", POSITIVE_MAPS)
        self.colours.setToolTip("Colours of the map; all but jet rise evenly in lightness")
        self.colours.currentTextChanged.connect(lambda name: self._set(colours=name))
        self.signed_colours = _combo("Colours for and against", SIGNED_MAPS)
        self.signed_colours.currentTextChanged.connect(lambda name: self._set(signed_colours=name))
        form.addRow("Threshold", self.threshold)
        form.addRow("Contour", self.contour)
        form.addRow("Colours", self.colours)
        form.addRow("For and against", self.signed_colours)
        return _menu_button("More", "Threshold, contour and colours", body)

    def _share(self) -> QPushButton:
        button = QPushButton("Save")
        button.setToolTip("Save the map, or copy the code that computes it")
        menu = QMenu(button)
        for title, tip, signal in (
            ("Save raw values, map, overlay and manifest…", "Into a new folder", self.save_wanted),
            ("Copy as code", "A Keras script that computes this map", self.code_wanted),
        ):
            action = QAction(title, menu)
            action.setToolTip(tip)
            action.triggered.connect(signal.emit)
            menu.addAction(action)
        button.setMenu(menu)
        return button

    def show_signed(self, signed: bool) -> None:
        """Tick "For and against", as a difference of two classes needs it."""
        self.signed.setChecked(signed)

    def _set(self, **values: object) -> None:
        self.look = replace(self.look, **values)  # type: ignore[arg-type] # names are those of Look
        self.changed.emit(self.look)


def _slider(name: str, value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(value)
    slider.setMinimumWidth(88)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    return slider


def _combo(name: str, items: tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.addItems(list(items))
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box


def _menu_button(title: str, tip: str, body: QWidget) -> QPushButton:
    """A button that opens a small panel of controls."""
    button = QPushButton(title)
    button.setToolTip(tip)
    button.setAccessibleName(title)
    menu = QMenu(button)
    action = QWidgetAction(menu)
    action.setDefaultWidget(body)
    menu.addAction(action)
    button.setMenu(menu)
    return button
