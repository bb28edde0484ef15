"""The Inspector: an image in, its classes out; files and folders become a table."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from engine import classification
from engine.cache import KeyedCache
from engine.classification.predictions import Classification
from engine.errors import InvalidModel
from engine.images import LoadedImage, load_image
from engine.jobs import Job
from engine.models import store
from engine.models.cards import Card
from engine.models.catalog import entries
from engine.samples import SAMPLES, Sample
from gui.context import AppContext
from gui.inspector.answer_panel import AnswerPanel
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
from gui.inspector.picture_page import PicturePage
from gui.inspector.results_page import ResultsPage
from gui.inspector.scenes import inspector_scenes
from gui.inspector.why import Why
from gui.inspector.why_controls import WhyControls
from gui.inspector.workbench import Workbench, scrolled, side_tabs
from gui.tab import Scene, Tab
from gui.weights import WeightFetcher

SIDE = 272  # pixels of the left column
ANSWER = 304  # of the right one
FIRST_MODEL = "digits"
FIRST_SAMPLE = {"digit": "digit-3", "photo": "cat"}


class InspectorTab(Tab):
    """Wires controls, picture, answer and table to the engine."""

    title = "Inspector"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.image: LoadedImage | None = None
        self.answer: Classification | None = None
        self._good_model = FIRST_MODEL  # the last one that answered
        self._classifiers: KeyedCache = KeyedCache(
            lambda key: classification.Classifier(context.models.get(key)), size=2
        )
        self.controls = Controls()
        self.controls.setFixedWidth(SIDE)
        self.picture = PicturePage()
        self.why_controls = WhyControls()
        self.controls.add_section(self.why_controls)
        self.why = Why(context, self.why_controls, self.picture)
        self.results = ResultsPage()
        self.panel = AnswerPanel()
        self.checks, self.channels = CheckPanel(), ChannelsPanel()
        self.evidence = Evidence(context, self.why, self.checks, self.channels)
        self.compare, self.features = ComparePage(), FeaturesPage()
        self.layers = LayersPage()
        self.comparing = Comparing(context, self.why, self.compare)
        self.layering = Layering(context, self.why, self.layers)
        self.dreaming = Dreaming(context, self.why, self.features)
        self.live = Live(context, self.why)
        self.many = Many(context, self.results, self.panel, self.why, self._classifiers)
        self.side = side_tabs(
            ((self.panel, "Answer"), (scrolled(self.checks), "Is it true?"), (self.channels, "Channels")), ANSWER
        )
        self.workbench = self._build_workbench()
        self.pages = self.workbench.pages
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self.controls)
        row.addWidget(self.workbench, 1)
        row.addWidget(self.side)
        self._connect()
        self.controls.chooser.select(self._remembered_model())

    def _build_workbench(self) -> Workbench:
        bench = Workbench()
        bench.add(self.picture, "Picture", "The image and its map")
        bench.add(self.compare, "Compare", "Up to four methods, layers, classes or models side by side")
        bench.add(self.layers, "Layers", "The network as a graph, and all feature maps of a layer")
        bench.add(self.features, "Features", "Images that excite the channels of a layer most")
        bench.add(self.results, "Table", "Many images", shown=False)
        bench.pages.currentChanged.connect(self._page_changed)
        return bench

    def _page_changed(self, _: int) -> None:
        if self.pages.currentWidget() is self.compare:
            self.comparing.begin()
        self.layering.refresh()

    def _start_live(self, spec: str) -> None:
        self.pages.setCurrentWidget(self.picture)
        self.context.jobs.cancel_lane("inspector.classify")
        self.panel.clear("Live: the class is named below the picture.")
        self.live.start(spec, self._key())

    def stop(self) -> None:
        """End the live picture."""
        self.live.stop()

    def _explain_at(self, layer: str) -> None:
        self.pages.setCurrentWidget(self.picture)
        self.why_controls.choose_layer(layer)

    def _visualise(self, layer: str, channel: int) -> None:
        self.pages.setCurrentWidget(self.features)
        self.features.choose(layer, channel)
        self.dreaming.start()

    def sizeHint(self) -> QSize:
        """The default window."""
        return QSize(1280, 700)

    def _connect(self) -> None:
        controls = self.controls
        controls.open_wanted.connect(self._ask_files)
        controls.changed.connect(self.classify)
        controls.chooser.chosen.connect(self._model_chosen)
        self._weights = WeightFetcher(controls.chooser, self.context.jobs, self._weights_arrived)
        self.picture.samples.chosen.connect(lambda sample_id: self.open_sample(SAMPLES[sample_id]))
        self.results.opened.connect(lambda row: self._open_file(row.path))
        self.results.back_wanted.connect(self._back_to_image)
        controls.live_wanted.connect(self._start_live)
        controls.live_stopped.connect(self.live.stop)
        self.live.running_changed.connect(controls.show_live)
        self.panel.bars.picked.connect(self.why_controls.choose_class)
        self.layers.explain_wanted.connect(self._explain_at)
        self.layers.feature_wanted.connect(self._visualise)

    def _remembered_model(self) -> str:
        wanted = self.context.settings.text("inspector/model", FIRST_MODEL)
        return wanted if wanted in entries() or Path(wanted).is_file() else FIRST_MODEL

    # What goes in

    def started(self) -> None:
        """Something alive to begin with, and the pictures of the samples."""
        if self.image is None and self.pages.currentWidget() is not self.results:
            self.open_sample(SAMPLES[FIRST_SAMPLE[self._suited_kind()]])
        pictures: deque[tuple[str, LoadedImage]] = deque()

        def load(job: Job) -> None:
            for sample in SAMPLES.values():
                job.checkpoint()
                pictures.append((sample.id, sample.load()))
                job.report(len(pictures), len(SAMPLES))

        def show(_: object = None) -> None:
            while pictures:
                self.picture.samples.set_picture(*pictures.popleft())

        self.context.jobs.submit(load, on_result=show, on_progress=show)

    def _suited_kind(self) -> str:
        known = entries().get(self.controls.chooser.current())
        return "digit" if known is not None and known.card.preprocessing.fit == "digit" else "photo"

    def open_sample(self, sample: Sample) -> None:
        """Show and classify a sample."""
        self.context.jobs.submit(
            lambda _: sample.load(),
            lane="inspector.open",
            on_result=lambda image: self.open_image(image, sample.title),
        )

    def open_paths(self, paths: Sequence[Path]) -> None:
        """One file becomes the picture; several, or a folder, become the table."""
        if len(paths) == 1 and not paths[0].is_dir():
            if paths[0].suffix.lower() in (".keras", ".h5"):
                self.controls.chooser.select(str(paths[0]))
                self._model_chosen(str(paths[0]))
            else:
                self._open_file(paths[0])
        else:
            self._open_many(paths)

    def open_image(self, image: LoadedImage, title: str = "") -> None:
        """Show and classify an image."""
        self.live.stop()
        self.image = image
        self.answer = None
        self.pages.setCurrentWidget(self.picture)
        self.picture.show_image(image, title)
        self.classify()

    def _open_file(self, path: Path) -> None:
        def loaded(image: LoadedImage) -> None:
            self.context.remember(path)
            self.open_image(image)

        self.context.jobs.submit(
            lambda _: load_image(path), title=f"Reading {path.name}", lane="inspector.open", on_result=loaded
        )

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open images", self.context.settings.text("folder"))
        if names:
            self.context.settings.put("folder", str(Path(names[0]).parent))
            self.open_paths([Path(name) for name in names])

    # One image

    def classify(self) -> None:
        """Ask the chosen model about the image on show."""
        image, key = self.image, self._key()
        if self.pages.currentWidget() is self.results:
            self.panel.clear("Open the files again to classify them with this model.")
            return
        if image is None:
            return
        if self._is_missing():
            self.answer = None
            self.context.jobs.cancel_lane("inspector.classify")
            self.picture.frame(None)
            self.why.forget("")
            self.panel.clear("The weights of this model are not on this machine. Download or import them on the left.")
            return
        if self.answer is None:
            self.panel.clear("Looking…")
        top = self.controls.top()

        def work(_: Job) -> tuple[Card, Classification]:
            classifier = self._classifiers.get(key)
            return classifier.card, classifier.classify(image.pixels, top)

        self.context.jobs.submit(
            work,
            title="Classifying",
            lane="inspector.classify",
            on_result=lambda found: self._answered(key, *found),
            on_error=self._classify_failed,
        )

    def _key(self) -> tuple:
        return self.controls.model_key()

    def _is_missing(self) -> bool:
        known = entries().get(self.controls.chooser.current())
        return known is not None and store.weights_path(known) is None

    def _answered(self, key: tuple, card: Card, answer: Classification) -> None:
        self.answer = answer
        self._good_model = self.controls.chooser.current()
        self.context.settings.put("inspector/model", self._good_model)
        self.panel.show_answer(answer, card)
        self.picture.frame(answer.window)
        self.controls.describe(card)
        if self.image is not None:
            self.why.ask(key, self.image)

    def _classify_failed(self, error: Exception) -> None:
        self.context.jobs.failed.emit("Classifying", error)
        if isinstance(error, InvalidModel) and self.controls.chooser.current() != self._good_model:
            self.controls.chooser.select(self._good_model)
            self._model_chosen(self._good_model)
        else:
            self.panel.clear("No answer. Choose another model or image.")

    # Many images

    def _open_many(self, paths: Sequence[Path]) -> None:
        if self._is_missing():
            self.context.say("The weights of this model are not on this machine.", "Download or import them first.")
            return
        for lane in ("inspector.open", "inspector.classify"):  # a late picture would cover the table
            self.context.jobs.cancel_lane(lane)
        self.pages.setCurrentWidget(self.results)
        self.many.open(paths, self._key(), self.controls.top())

    def _back_to_image(self) -> None:
        self.pages.setCurrentWidget(self.picture)
        self.classify()

    # Models

    def _model_chosen(self, reference: str) -> None:
        if reference not in entries():  # a file may have been saved anew under the same name
            self._forget_models()
        self.controls.model_changed()
        self.answer = None
        self.classify()

    def _weights_arrived(self) -> None:
        self._forget_models()
        self.controls.chooser.refresh()
        self.classify()

    def _forget_models(self) -> None:
        self.context.models.clear()
        self._classifiers.clear()
        self.why.explainers.clear()

    def scenes(self) -> Sequence[Scene]:
        """What is worth a picture."""
        return inspector_scenes(self)
