"""The data and the network that the settings ask for: opened, sampled, built and shown before anything is trained."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer

from engine.data.preparation import Dataset
from engine.errors import InvalidSetting
from engine.training.config import TrainingConfig
from gui.context import AppContext
from gui.training import work
from gui.training.controls import Controls
from gui.training.data_view import SAMPLES, DataView
from gui.training.network_view import NetworkView
from gui.training.rate_dialog import RateDialog

_SETTLE_MS = 300  # a spin box is still being turned


class DataPages(QObject):
    """Follows the controls with two views."""

    def __init__(self, context: AppContext, controls: Controls, data_view: DataView, network_view: NetworkView) -> None:
        super().__init__(controls)
        self._context, self._controls = context, controls
        self._data_view, self._network_view = data_view, network_view
        self.dataset: Dataset | None = None  # what the settings ask for, once it is open
        self._opened = TrainingConfig()  # the settings that `dataset` was opened for
        self._draw = 0
        self._settling = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settling.timeout.connect(self.open)
        controls.data_changed.connect(self.refresh)
        controls.network_changed.connect(self.refresh)
        controls.augmentation_changed.connect(self._draw_samples)
        controls.rate_wanted.connect(self._find_rate)
        data_view.draw_wanted.connect(self._draw_again)

    def refresh(self) -> None:
        """Look at the settings again once they have settled."""
        self._settling.start()

    def stop(self) -> None:
        """End the timer."""
        self._settling.stop()

    def dataset_for(self, config: TrainingConfig) -> Dataset | None:
        """The open data, if they are those of a config."""
        return self.dataset if self.dataset is not None and work.same_data(self._opened, config) else None

    def config(self) -> TrainingConfig | None:
        """The settings, or None after having said what is wrong with them."""
        found = self._controls.checked_config()
        if isinstance(found, InvalidSetting):
            self._context.say(found.message, found.hint)
            return None
        return found

    def open(self) -> None:
        """Open the data if they are others than before, then show samples and network."""
        self.config()  # says what is wrong; the data open all the same
        config = self._controls.settings()
        if self.dataset is None or not work.same_data(self._opened, config):
            self.dataset = None

            def opened(dataset: Dataset) -> None:
                self.dataset, self._opened = dataset, config
                self._data_view.show_dataset(dataset)
                self._draw_samples()
                self._build_network()

            self._context.jobs.submit(
                lambda job: work.open_data(config, job),
                title="Opening the data",
                lane="training.data",
                on_result=opened,
                on_error=lambda error: self._no_data(error),
            )
        else:
            self._build_network()

    def _no_data(self, error: Exception) -> None:
        self._data_view.show_problem(str(error))
        self._network_view.show_problem("Without data there is no network to show.")
        self._context.jobs.failed.emit("Opening the data", error)

    def _draw_again(self) -> None:
        self._draw += 1
        self._draw_samples()

    def _draw_samples(self) -> None:
        dataset, augmentation = self.dataset, self._controls.settings().augmentation
        if dataset is None:
            return
        varied = augmentation if self._data_view.varied.isChecked() and augmentation.any else None
        part = dataset.split.train
        chosen = np.random.default_rng(self._draw).choice(part, min(SAMPLES, len(part)), replace=False)
        names = [dataset.class_names[label] for label in dataset.labels[chosen]]
        self._context.jobs.submit(
            lambda _: work.samples(dataset, chosen, varied, self._draw),
            lane="training.samples",
            on_result=lambda pixels: self._data_view.show_samples(pixels, names),
        )

    def _build_network(self) -> None:
        dataset, config = self.dataset, self._controls.settings()
        if dataset is None:
            return
        self._context.jobs.submit(
            lambda job: work.network_page(config, dataset, job),
            lane="training.network",
            on_result=lambda page: self._network_view.show_network(*page),
            on_error=lambda error: self._network_view.show_problem(str(error)),
        )

    def _find_rate(self) -> None:
        config, dataset = self.config(), self.dataset
        if config is None:
            return

        def found(curve: work.RateCurve) -> None:
            dialog = RateDialog(
                self._context.theme, curve.rates, curve.losses, curve.suggestion, self._controls.window()
            )
            dialog.accepted.connect(lambda: self._controls.set_rate(curve.suggestion))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._context.jobs.submit(
            lambda job: work.find_rate(config, dataset, job), title="Finding a learning rate", lane="training.rate",
            on_result=found,
        )  # fmt: skip
