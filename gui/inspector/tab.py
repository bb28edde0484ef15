"""The Inspector: an image in, its classes and the reasons for them out; files and folders become a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout

from engine.classification.predictions import Classification
from engine.images import LoadedImage
from engine.samples import SAMPLES, Sample
from gui.context import AppContext
from gui.inspector.answer_panel import AnswerPanel
from gui.inspector.answering import Answering
from gui.inspector.channels_panel import ChannelsPanel
from gui.inspector.check_panel import CheckPanel
from gui.inspector.compare_page import ComparePage
from gui.inspector.comparing import Comparing
from gui.inspector.controls import Controls
from gui.inspector.dreaming import Dreaming
from gui.inspector.evidence import Evidence
from gui.inspector.features_page import FeaturesPage
from gui.inspector.layering import Layering
from gui.inspector.layers_page import LayersPage
from gui.inspector.live import Live
from gui.inspector.many import Many
from gui.inspector.opening import Opening
from gui.inspector.picture_page import PicturePage
from gui.inspector.results_page import ResultsPage
from gui.inspector.scenes import inspector_scenes
from gui.inspector.why import Why
from gui.inspector.why_controls import WhyControls
from gui.inspector.workbench import Workbench, side_tabs
from gui.tab import Scene, Tab
from gui.widgets.scrolled import Scrolled

ANSWER = 304  # pixels of the right column
FIRST_SAMPLE = {"digit": "digit-3", "photo": "cat"}


class InspectorTab(Tab):
    """Builds the views and wires them to what opens, answers and explains."""

    title = "Inspector"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.controls = Controls()
        self.picture = PicturePage()
        self.why_controls = WhyControls()
        self.controls.add_section(self.why_controls)
        self.why = Why(context, self.why_controls, self.picture)
        self.results = ResultsPage()
        self.panel = AnswerPanel()
        self.checks, self.channels = CheckPanel(), ChannelsPanel()
        self.evidence = Evidence(context, self.why, self.checks, self.channels)
        self.compare, self.features, self.layers = ComparePage(), FeaturesPage(), LayersPage()
        self.comparing = Comparing(context, self.why, self.compare)
        self.layering = Layering(context, self.why, self.layers)
        self.dreaming = Dreaming(context, self.why, self.features)
        self.opening = Opening(context, self)
        self.answering = Answering(context, self.controls, self.panel, self.why)
        self.live = Live(context, self.why, self.panel, self.controls.top)
        self.many = Many(context, self.results, self.panel, self.why, self.answering.classifiers)
        self.side = side_tabs(
            (
                (self.panel, "Answer"),
                (Scrolled(self.checks, "Checks", reading=True), "Is it true?"),
                (self.channels, "Channels"),
            ),
            ANSWER,
        )
        self.workbench = self._build_workbench()
        self.pages = self.workbench.pages
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(0)
        row.addWidget(self.controls)
        row.addWidget(self.workbench, 1)
        row.addSpacing(16)
        row.addWidget(self.side)
        self._connect()

    def _build_workbench(self) -> Workbench:
        bench = Workbench()
        bench.add(self.picture, "Picture", "The image and its map")
        bench.add(self.compare, "Compare", "Up to four methods, layers, classes or models side by side")
        bench.add(self.layers, "Layers", "The network as a graph, and all feature maps of a layer")
        bench.add(self.features, "Features", "Images that excite the channels of a layer most")
        bench.add(self.results, "Table", "Many images", shown=False)
        bench.pages.currentChanged.connect(self._page_changed)
        return bench

    def _connect(self) -> None:
        opening, controls = self.opening, self.controls
        opening.image_opened.connect(self.open_image)
        opening.many_opened.connect(self._open_many)
        opening.model_opened.connect(self.answering.open_model)
        opening.sample_read.connect(self.picture.samples.set_picture)
        controls.open_wanted.connect(opening.ask_files)
        self.picture.samples.chosen.connect(lambda sample_id: opening.sample(SAMPLES[sample_id]))
        self.results.opened.connect(lambda row: opening.file(row.path))
        self.results.back_wanted.connect(self._back_to_image)
        controls.live_wanted.connect(self._start_live)
        controls.live_stopped.connect(self.live.stop)
        self.live.running_changed.connect(self._live_changed)
        self.answering.wanted.connect(self._ask)
        self.panel.bars.picked.connect(self.why_controls.choose_class)
        self.layers.explain_wanted.connect(self._explain_at)
        self.layers.feature_wanted.connect(self._visualise)

    @property
    def image(self) -> LoadedImage | None:
        """The image on show."""
        return self.answering.image

    @property
    def answer(self) -> Classification | None:
        """What the model says about it; None while it is looking."""
        return self.answering.answer

    def sizeHint(self) -> QSize:
        """The default window."""
        return QSize(1280, 700)

    def started(self) -> None:
        """Something alive to begin with, and the pictures of the samples."""
        if self.image is None and not self.answering.tabled:
            self.open_sample(SAMPLES[FIRST_SAMPLE[self.answering.suited()]])
        self.opening.read_samples()

    def stop(self) -> None:
        """End the live picture."""
        self.live.stop()

    def scenes(self) -> Sequence[Scene]:
        """What is worth a picture."""
        return inspector_scenes(self)

    def open_sample(self, sample: Sample) -> None:
        """Show and classify a sample, by the bundled model it suits if a bundled one is chosen."""
        self.answering.suit(sample.kind)
        self.opening.sample(sample)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """One file becomes the picture; several, or a folder, become the table."""
        self.opening.paths(paths)

    def open_image(self, image: LoadedImage, title: str = "") -> None:
        """Show and classify an image."""
        self.live.stop()
        self.pages.setCurrentWidget(self.picture)
        self.picture.show_image(image, title)
        self.answering.show(image)

    def _can_answer(self) -> bool:
        """Whether the chosen model is on this machine; says so if not."""
        if self.answering.missing():
            self.context.say("The weights of this model are not on this machine.", "Download or import them first.")
            return False
        return True

    def _open_many(self, files: Sequence[Path]) -> None:
        if not self._can_answer():
            return
        self.live.stop()
        self.opening.forget()  # a late picture would cover the table
        self.answering.forget()
        self.pages.setCurrentWidget(self.results)
        self.many.open(files, self.answering.key, self.controls.top())

    def _back_to_image(self) -> None:
        self.pages.setCurrentWidget(self.picture)
        self.answering.ask()

    def _start_live(self, spec: str) -> None:
        if not self._can_answer():
            return
        self.opening.forget()  # a late picture would end the live one
        self.pages.setCurrentWidget(self.picture)
        self.live.start(spec, self.answering.key)

    def _live_changed(self, running: bool) -> None:
        self.controls.show_live(running)
        if running:
            self.answering.forget()
        elif not self.live.shown:
            self.answering.ask()  # no frame came: the image is still on show, and its answer comes back
        elif self.why.found is not None:
            self.answering.adopt(LoadedImage(self.why.found.image, None))  # the last frame is an image like any other

    def _ask(self) -> None:
        """Another model or setting: ask it about what is on show."""
        if not self.live.running:
            self.answering.ask()
        elif self.answering.missing():
            self.live.stop()
            self.answering.ask()
        elif self.why.key != self.answering.key:
            self.live.start(self.live.spec, self.answering.key)

    def _explain_at(self, layer: str) -> None:
        self.pages.setCurrentWidget(self.picture)
        self.why_controls.choose_layer(layer)

    def _visualise(self, layer: str, channel: int) -> None:
        self.pages.setCurrentWidget(self.features)
        self.features.choose(layer, channel)
        self.dreaming.start()

    def _page_changed(self, _: int) -> None:
        front = self.pages.currentWidget()
        self.answering.tabled = front is self.results
        if front is self.compare:
            self.comparing.begin()
        self.layering.refresh()
