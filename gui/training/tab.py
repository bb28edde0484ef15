"""The Training tab: wires controls, views and the training under way to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMessageBox, QTabWidget

from engine.images import SUFFIXES, LoadedImage, load_image
from engine.training import review, runs
from engine.training.review import Review
from engine.training.run import Run, Unreadable
from gui.context import AppContext
from gui.tab import Scene, Tab
from gui.training import work
from gui.training.capture_dialog import CaptureDialog
from gui.training.confusion_view import ConfusionView
from gui.training.controls import Controls
from gui.training.curves_view import CurvesView
from gui.training.data_pages import DataPages
from gui.training.data_view import DataView
from gui.training.inside_view import InsideView
from gui.training.mistakes_view import MistakesView
from gui.training.network_view import NetworkView
from gui.training.on_show import OnShow
from gui.training.results import Results
from gui.training.runs_view import RunsView
from gui.training.scenes import training_scenes
from gui.training.status_panel import StatusPanel
from gui.training.trainer import Trainer
from gui.training.using import Using

LEFT, RIGHT = 288, 272  # pixels of the side columns


class TrainingTab(Tab):
    """Data and settings left, views in the middle, progress and words right."""

    title = "Training"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        theme = context.theme
        self.controls, self.panel = Controls(), StatusPanel()
        self.data_view, self.curves, self.network_view = DataView(), CurvesView(theme), NetworkView(theme)
        self.confusion, self.mistakes, self.inside = ConfusionView(theme), MistakesView(theme), InsideView(theme)
        self.runs_view = RunsView(theme)
        self.results = Results(context, self.confusion, self.mistakes, self.inside)
        self.trainer = Trainer(context.jobs, self)
        self.using = Using(context, self.panel)
        self.source = DataPages(context, self.controls, self.data_view, self.network_view)
        self.on_show = OnShow(context, self.curves, self.panel, self.results, self.using)
        self.camera: CaptureDialog | None = None  # while it is open
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.controls.setFixedWidth(LEFT)
        self.panel.setFixedWidth(RIGHT)
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setAccessibleName("Views")
        for view, title, tip in (
            (self.data_view, "Data", "What the network learns from"),
            (self.network_view, "Network", "Its layers, as a graph and as code"),
            (self.curves, "Curves", "Loss, accuracy and learning rate"),
            (self.confusion, "Confusion", "What is taken for what"),
            (self.mistakes, "Mistakes", "Wrong answers and calibration"),
            (self.inside, "Inside", "Filters, weights and gradients"),
            (self.runs_view, "Runs", "All training runs, to compare or resume"),
        ):
            self.pages.addTab(view, title)
            self.pages.setTabToolTip(self.pages.count() - 1, tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self.controls)
        row.addWidget(self.pages, 1)
        row.addWidget(self.panel)

    def _connect(self) -> None:
        controls, trainer = self.controls, self.trainer
        controls.train_wanted.connect(self.train)
        controls.pause_wanted.connect(self._pause)
        controls.stop_wanted.connect(self._stop)
        controls.extend_wanted.connect(self._extend)
        controls.capture_wanted.connect(self.capture)
        trainer.began.connect(self._began)
        trainer.ticked.connect(lambda: self.on_show.follow(trainer))
        trainer.ended.connect(self._ended)
        self.panel.image_wanted.connect(self._ask_image)
        self.panel.export_wanted.connect(lambda: self.using.export(self.run, self))
        self.panel.report_wanted.connect(lambda: self.using.report(self.run))
        view = self.runs_view
        view.open_wanted.connect(self.show_run)
        view.resume_wanted.connect(self.resume)
        view.renamed.connect(lambda run, title: self._change(lambda: runs.rename(run, title)))
        view.annotated.connect(lambda run, note: self._change(lambda: runs.annotate(run, note)))
        view.delete_wanted.connect(self._delete)

    @property
    def run(self) -> Run | None:
        """The run on show: what the buttons act on."""
        return self.on_show.run

    def started(self) -> None:
        """Open the first data, and list the runs."""
        self.source.open()
        self.refresh_runs()

    def capture(self) -> None:
        """Take pictures with a camera, and train on them."""
        dialog = self.camera = CaptureDialog(self.context, self)
        dialog.taken.connect(self.controls.choose_data)
        dialog.finished.connect(self._camera_closed)
        dialog.open()

    def _camera_closed(self) -> None:
        if self.camera is not None:
            self.camera.deleteLater()
            self.camera = None

    # Training

    def train(self) -> None:
        """Start a run with the settings on the left."""
        config = self.source.config()
        if config is not None:
            self.context.say("", "")
            self.trainer.start(config, self.source.dataset_for(config))

    def resume(self, run: Run) -> None:
        """Go on with an interrupted run."""
        if self.trainer.busy:
            self.context.say("A training run is in progress.", "Stop it, or wait, before going on with another run.")
        else:
            self.trainer.resume(run)

    def _pause(self, on: bool) -> None:
        self.trainer.pause(on)
        self.controls.set_state(self.trainer.state)

    def _stop(self) -> None:
        self.trainer.stop()
        self.controls.set_state(self.trainer.state)

    def _extend(self, epochs: int) -> None:
        if self.run is not None:
            self.trainer.resume(self.run, more=epochs)

    def _began(self, run: Run | None) -> None:
        self.on_show.begin(run)
        self.pages.setCurrentWidget(self.curves)
        self.controls.set_state(self.trainer.state)

    def _ended(self) -> None:
        self.on_show.end(self.trainer)
        self.context.models.clear()  # weights in memory may be those of an earlier epoch
        self.controls.set_state("ended" if self.run is not None else "idle")
        self.refresh_runs()

    # Runs

    def refresh_runs(self) -> None:
        """Read all run folders again."""

        def show(listed: work.Listed) -> None:
            self.runs_view.show_runs(listed.found, listed.training)

        self.context.jobs.submit(lambda _: work.listed_runs(), lane="training.runs", on_result=show)

    def show_run(self, run: Run) -> None:
        """Put an earlier run into the views; its images follow when its data are open."""
        if self.trainer.busy:
            self.context.say("A training run is in progress.", "Stop it, or wait, before looking at another run.")
            return
        self.context.jobs.submit(lambda _: review.review(run), lane="training.review", on_result=self._show_review)

    def _show_review(self, found: Review) -> None:
        self.on_show.show(found)
        self.controls.show_config(found.run.config)
        self.source.refresh()
        self.controls.set_state("ended")
        self.pages.setCurrentWidget(self.curves)

    def _change(self, act: object) -> None:
        self.context.jobs.submit(lambda _: act(), on_result=lambda _: self.refresh_runs())  # type: ignore[operator]

    def _delete(self, chosen: list[Run | Unreadable]) -> None:
        names = ", ".join(run.title if isinstance(run, Run) else run.path.name for run in chosen[:3])
        more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
        answer = QMessageBox.question(self, "Delete runs", f"Move to the trash: {names}{more}?")
        if answer == QMessageBox.StandardButton.Yes:
            self._change(lambda: work.trash(chosen))

    # Using what was trained

    def open_paths(self, paths: Sequence[Path]) -> None:
        """A folder or an archive becomes the data; a picture is classified by the run on show."""
        path = paths[0]
        if path.is_dir() or path.suffix.lower() == ".npz":
            self.controls.choose_data(str(path))
            self.pages.setCurrentWidget(self.data_view)
        elif path.suffix.lower() in SUFFIXES:
            self.context.jobs.submit(lambda _: load_image(path), lane="training.open", on_result=self.open_image)
        else:
            self.context.say(
                f"“{path.name}” is not data this program can train on.", "Drop a folder with one subfolder per class."
            )

    def open_image(self, image: LoadedImage) -> None:
        """Ask the best weights of the run on show."""
        self.using.ask(self.run, image)

    def _ask_image(self) -> None:
        pattern = f"Images ({' '.join(f'*{suffix}' for suffix in sorted(SUFFIXES))})"
        name, _ = QFileDialog.getOpenFileName(self, "Open an image", self.context.settings.text("folder"), pattern)
        if name:
            self.open_paths([Path(name)])

    # The window

    def may_close(self) -> bool:
        """Ask before a training is interrupted."""
        if not self.trainer.busy:
            return True
        text = "A training run is in progress. Stop it and close? It can be resumed from its last finished epoch."
        answer = QMessageBox.question(self, "Training", text)
        return answer == QMessageBox.StandardButton.Yes

    def stop(self) -> None:
        """End timers; the window ends the job."""
        self.source.stop()
        if self.camera is not None:
            self.camera.shut()
        self.trainer.shut_down()

    def scenes(self) -> Sequence[Scene]:
        """Every view with a real run in it."""
        return training_scenes(self)
