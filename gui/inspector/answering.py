"""Which model answers, and its answer for the image on show."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import classification
from engine.cache import KeyedCache
from engine.classification.predictions import Classification
from engine.errors import InvalidModel
from engine.images import LoadedImage
from engine.jobs import Job
from engine.models import store
from engine.models.cards import Card
from engine.models.catalog import FIRST_CLASSIFIER, entries
from gui.context import AppContext
from gui.inspector.answer_panel import AnswerPanel
from gui.inspector.controls import Controls
from gui.inspector.why import Why
from gui.weights import WeightFetcher

LANE = "inspector.classify"
OURS = {"photo": FIRST_CLASSIFIER, "digit": "digits"}  # the bundled model for each kind of sample


class Answering(QObject):
    """Asks the chosen model about one image at a time; a model that cannot answer gives way to the last that could."""

    wanted = Signal()  # another model or setting: an answer is due

    def __init__(self, context: AppContext, controls: Controls, panel: AnswerPanel, why: Why) -> None:
        super().__init__(why)
        self.context = context
        self.controls = controls
        self.panel = panel
        self.why = why
        self.image: LoadedImage | None = None
        self.answer: Classification | None = None
        self.tabled = False  # whether the table is in front, which another model does not change
        self.classifiers: KeyedCache = KeyedCache(
            lambda key: classification.Classifier(context.models.get(key)), size=2
        )
        self._good_model = FIRST_CLASSIFIER  # the last one that answered
        self._weights = WeightFetcher(controls.chooser, context.jobs, self._weights_arrived)
        controls.changed.connect(self.wanted)
        controls.chooser.chosen.connect(self.use)
        controls.chooser.select(self._remembered())

    @property
    def key(self) -> tuple:
        """What identifies the chosen model."""
        return self.controls.model_key()

    def missing(self) -> bool:
        """Whether the chosen model's weights are not on this machine."""
        known = entries().get(self.controls.chooser.current())
        return known is not None and store.weights_path(known) is None

    def suited(self) -> str:
        """The kind of picture the chosen model is for: "digit" or "photo"."""
        known = entries().get(self.controls.chooser.current())
        return "digit" if known is not None and known.card.preprocessing.fit == "digit" else "photo"

    def suit(self, kind: str) -> None:
        """Change from one bundled model to the other where a sample is of its kind; a model of one's own stays."""
        if self.suited() != kind and self.controls.chooser.current() in OURS.values():
            self.controls.chooser.select(OURS[kind])
            self.controls.model_changed()
            self.answer = None

    def show(self, image: LoadedImage) -> None:
        """Ask about another image."""
        self.image = image
        self.answer = None
        self.ask()

    def adopt(self, image: LoadedImage) -> None:
        """Another image, answered already; the next question is about it."""
        self.image = image
        self.answer = None

    def ask(self) -> None:
        """Ask the chosen model about the image on show."""
        image, key = self.image, self.key
        if self.answer is None or key != self.why.key:
            self.why.forget("")  # a map of another image or model, there or still to come, would not fit
        self.why.turn_to(key)
        if self.tabled:
            self.forget()
            self.panel.clear("Open the files again to classify them with this model.")
            return
        if image is None:
            self.panel.clear("")
            return
        if self.missing():
            self._cannot()
            return
        if self.answer is None:
            self.panel.clear("Looking…")
        top = self.controls.top()

        def work(_: Job) -> tuple[Card, Classification]:
            classifier = self.classifiers.get(key)
            return classifier.card, classifier.classify(image.pixels, top)

        self.context.jobs.submit(
            work,
            title="Classifying",
            lane=LANE,
            on_result=lambda found: self._answered(key, *found),
            on_error=self._failed,
        )

    def forget(self) -> None:
        """An answer that is still to come is not wanted any more."""
        self.context.jobs.cancel_lane(LANE)

    def use(self, reference: str) -> None:
        """Another model was chosen."""
        if reference not in entries():  # a file may have been saved anew under the same name
            self._forget_models()
            self.why.turn_to(None)
        self.controls.model_changed()
        self.answer = None
        self.wanted.emit()

    def open_model(self, reference: str) -> None:
        """Choose a model file."""
        self.controls.chooser.select(reference)
        self.use(reference)

    def _remembered(self) -> str:
        wanted = self.context.settings.text("inspector/model", FIRST_CLASSIFIER)
        return wanted if wanted in entries() or Path(wanted).is_file() else FIRST_CLASSIFIER

    def _cannot(self) -> None:
        self.answer = None
        self.forget()
        self.why.page.frame(None)
        self.panel.clear("The weights of this model are not on this machine. Download or import them on the left.")

    def _answered(self, key: tuple, card: Card, answer: Classification) -> None:
        self.answer = answer
        self._good_model = self.controls.chooser.current()
        self.context.settings.put("inspector/model", self._good_model)
        self.panel.show_answer(answer.predictions, len(answer.logits), answer.seen, card)
        self.why.page.frame(answer.window)
        self.controls.describe(card)
        if self.image is not None:
            self.why.ask(key, self.image)

    def _failed(self, error: Exception) -> None:
        self.context.jobs.failed.emit("Classifying", error)
        if isinstance(error, InvalidModel) and self.controls.chooser.current() != self._good_model:
            self.open_model(self._good_model)
        else:
            self.panel.clear("No answer. Choose another model or image.")

    def _weights_arrived(self) -> None:
        self._forget_models()
        self.controls.chooser.refresh()
        self.wanted.emit()

    def _forget_models(self) -> None:
        self.context.models.clear()
        self.classifiers.clear()
        self.why.explainers.clear()
