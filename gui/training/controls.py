"""The left column: data, network, epochs, the buttons that train, and everything else folded away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.data.datasets import DATASETS
from engine.errors import InvalidSetting
from engine.training.config import TrainingConfig
from gui.training.choices import CAMERA, OPEN_FILE, OPEN_FOLDER, described, offer_data, offer_networks
from gui.training.form import SettingsForm
from gui.widgets.folded import FoldedSection
from gui.widgets.form import Form
from gui.widgets.scrolled import Scrolled

MORE = 5  # epochs offered when a run is extended


class Controls(QWidget):
    """Holds a TrainingConfig; starts nothing itself."""

    data_changed = Signal()
    network_changed = Signal()
    augmentation_changed = Signal()
    train_wanted = Signal()
    pause_wanted = Signal(bool)
    stop_wanted = Signal()
    extend_wanted = Signal(int)
    rate_wanted = Signal()
    capture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        usual = TrainingConfig()
        self.data, self.network = QComboBox(), QComboBox()
        self.epochs = QSpinBox()
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.folded: list[FoldedSection] = []
        self._others: list[str] = []  # folders and files the user opened
        self.sections = {
            "data": SettingsForm(usual.data, without=("data",)),
            "augmentation": SettingsForm(usual.augmentation),
            "network": SettingsForm(usual.network, without=("network",)),
            "learning": SettingsForm(usual.learning, without=("epochs",)),
            "transfer": SettingsForm(usual.transfer),
        }
        self._build()
        self._fill(usual)
        self.set_state("idle")

    def config(self) -> TrainingConfig:
        """The settings as they are now. Raises InvalidSetting when they contradict each other."""
        config = self.settings()
        config.validate()
        return config

    def settings(self) -> TrainingConfig:
        """The settings as they are now, even where they contradict each other: data open without a valid warm-up."""
        parts = {name: form.settings() for name, form in self.sections.items()}
        config = TrainingConfig(**parts)
        return replace(
            config,
            data=replace(config.data, data=str(self.data.currentData())),
            network=replace(config.network, network=str(self.network.currentData())),
            learning=replace(config.learning, epochs=self.epochs.value()),
        )

    def show_config(self, config: TrainingConfig) -> None:
        """Set everything, without telling anyone."""
        for name, form in self.sections.items():
            form.show_settings(getattr(config, name))
        self._fill(config)

    def choose_data(self, reference: str) -> None:
        """Take a folder or file as the data."""
        settings = self.settings()
        self._fill(replace(settings, data=replace(settings.data, data=reference)))
        self.data_changed.emit()

    def set_rate(self, rate: float) -> None:
        """Take over a learning rate."""
        form = self.sections["learning"]
        form.show_settings(replace(form.settings(), learning_rate=float(f"{rate:.1e}")))

    def set_state(self, state: str) -> None:
        """ "idle", "running", "paused", "stopping", or "ended" when the run on show can be extended."""
        busy = state in ("running", "paused", "stopping")
        self.train.setEnabled(not busy)
        self.pause.setEnabled(state in ("running", "paused"))
        self.pause.setChecked(state == "paused")
        self.pause.setText("Resume" if state == "paused" else "Pause")
        self.stop.setEnabled(state in ("running", "paused"))
        self.stop.setText("Stopping…" if state == "stopping" else "Stop")
        self.extend.setEnabled(state == "ended")

    def _build(self) -> None:
        self.data.setAccessibleName("Data")
        self.data.setToolTip("What to learn from. A folder has one subfolder per class.")
        self.network.setAccessibleName("Network")
        self.network.setToolTip("A network to train from nothing, or a trained one to build upon")
        for box in (self.data, self.network):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.epochs.setRange(1, 100_000)
        self.epochs.setAccessibleName("Epochs")
        self.epochs.setToolTip("How often every training image is shown")
        rows = Form()
        rows.setVerticalSpacing(8)
        rows.setFieldGrowthPolicy(Form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow("Data", self.data)
        rows.addRow("Network", self.network)
        rows.addRow("Epochs", self.epochs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(rows)
        column.addWidget(self.about)
        column.addLayout(self._buttons())
        column.addWidget(self._folded(), 1)
        self.data.activated.connect(self._data_activated)
        self.network.activated.connect(lambda _: self._network_activated())
        self.sections["data"].changed.connect(self.data_changed)
        self.sections["augmentation"].changed.connect(self.augmentation_changed)
        self.sections["network"].changed.connect(self.network_changed)

    def _buttons(self) -> QGridLayout:
        self.train = _button("Train", "Start a new run with these settings (F5)", self.train_wanted.emit)
        self.train.setProperty("primary", True)
        self.train.setShortcut("F5")
        self.pause = _button("Pause", "Hold the training after the batch under way", lambda: None)
        self.pause.setCheckable(True)
        self.pause.clicked.connect(self.pause_wanted)
        self.stop = _button("Stop", "End the training; the run can be resumed", self.stop_wanted.emit)
        self.extend = _button(
            f"{MORE} more", f"Train the run on show for {MORE} more epochs", lambda: self.extend_wanted.emit(MORE)
        )
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(self.train, 0, 0, 1, 3)
        for index, button in enumerate((self.pause, self.stop, self.extend)):
            grid.addWidget(button, 1, index)
        return grid

    def _folded(self) -> Scrolled:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        titles = {
            "learning": "Learning",
            "augmentation": "Augmentation",
            "network": "Network shape",
            "data": "Data and split",
            "transfer": "Fine-tuning",
        }
        for name, title in titles.items():
            body: QWidget = self.sections[name]
            if name == "learning":
                body = self._with_finder(body)
            section = FoldedSection(body, title)
            self.folded.append(section)
            column.addWidget(section)
        column.addStretch(1)
        return Scrolled(inside, "Settings")

    def _with_finder(self, form: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self.find_rate = _button(
            "Find learning rate",
            "Try rates from tiny to huge on a copy of the network and suggest one",
            self.rate_wanted.emit,
        )
        column.addWidget(self.find_rate)
        column.addWidget(form)
        return holder

    def _fill(self, config: TrainingConfig) -> None:
        wanted = config.data.data
        if wanted not in DATASETS and wanted not in self._others:
            self._others.append(wanted)
        offer_data(self.data, self._others, wanted)
        self._chosen = wanted
        offer_networks(self.network, config.network.network)
        self.epochs.setValue(config.learning.epochs)
        self._describe()

    def _describe(self) -> None:
        self.about.setText(described(str(self.data.currentData()), str(self.network.currentData())))

    def _data_activated(self, _: int) -> None:
        choice = str(self.data.currentData())
        if choice == CAMERA:
            self.data.setCurrentIndex(max(self.data.findData(self._chosen), 0))
            self.capture_wanted.emit()
            return
        if choice == OPEN_FOLDER:
            choice = QFileDialog.getExistingDirectory(self, "A folder with one subfolder per class")
        elif choice == OPEN_FILE:
            choice, _filter = QFileDialog.getOpenFileName(self, "Images and labels", "", "NumPy archives (*.npz)")
        if choice:
            self._chosen = choice
        self.choose_data(self._chosen)

    def _network_activated(self) -> None:
        self._describe()
        self.network_changed.emit()

    def checked_config(self) -> TrainingConfig | InvalidSetting:
        """The config, or what is wrong with it."""
        try:
            return self.config()
        except InvalidSetting as error:
            return error


def _button(text: str, tip: str, act) -> QPushButton:  # type: ignore[no-untyped-def]
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.clicked.connect(lambda _=False: act())
    return button
