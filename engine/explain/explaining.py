"""Ask a model why: one map, a map at every stage, several classes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import InvalidImage, InvalidModel
from engine.explain import cams
from engine.explain.methods import Method, method
from engine.explain.questions import Question, class_probability
from engine.explain.targets import Target, target_of
from engine.explain.workings import Raw
from engine.jobs import Job
from engine.models.preprocessing import Prepared, Window, prepare

if TYPE_CHECKING:  # the window reads this before TensorFlow is loaded
    from engine.explain.graph import Explainer


@dataclass(frozen=True, slots=True)
class Explanation:
    """A map, and everything needed to say what it is a map of."""

    model: str  # id of the card
    method: str  # key of METHODS
    layer: str | None
    target: Target
    values: np.ndarray  # (h, w) float32, raw and signed
    window: Window  # x0, y0, x1, y1: the part of the source image, in its pixels, that the map covers
    logit: float
    probability: float  # of the target's class, 0..1
    contributions: np.ndarray | None = None  # (h, w, K) float32
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)  # settings of the method, as used
    logits: np.ndarray | None = None  # (units,) float32 of the whole image

    @property
    def has_positive(self) -> bool:
        """Whether anything speaks for the class."""
        return bool(self.values.max() > 0)

    @property
    def empty_message(self) -> str:
        """The sentence shown in place of a picture without positive values; empty when there are some."""
        if self.has_positive:
            return ""
        if not self.values.any():
            return "The map is zero everywhere: this layer has no say in the score."
        where = f" in “{self.layer}”" if self.layer else ""
        return f"No positive evidence for “{self.target.title}”{where}. The signed view shows what speaks against it."


def make_question(
    explainer: Explainer,
    prepared: Prepared,
    key: str = "grad-cam",
    layer: str | None = None,
    target: Target | None = None,
    options: dict[str, Any] | None = None,
    job: Job = Job.silent(),
) -> Question:
    """A checked question: default layer and top class filled in. Raises InvalidSetting, InvalidModel, InvalidImage."""
    chosen = method(key)
    if not np.isfinite(prepared.tensor).all():
        raise InvalidImage("The image holds values that are not numbers.", "Expected finite pixel values.")
    if prepared.tensor.shape != explainer.input_shape:
        raise InvalidImage(
            f"The image is prepared as {prepared.tensor.shape}.", f"The network takes {explainer.input_shape}."
        )
    place = explainer.spatial_layer(layer) if chosen.on_layer else None
    wanted = top_targets(explainer, prepared, 1)[0] if target is None else target
    return Question(explainer, prepared, wanted, place, chosen.options(options or {}), job)


def answer(question: Question, key: str) -> Explanation:
    """Run a method on a question."""
    raw = method(key).run(question)
    logits = raw.logits
    if logits is None:
        logits = question.explainer.logits(question.image[None], question.target.output)
    return finished(question, method(key), raw, logits)


def explain(
    explainer: Explainer,
    prepared: Prepared,
    key: str = "grad-cam",
    layer: str | None = None,
    target: Target | None = None,
    options: dict[str, Any] | None = None,
    job: Job = Job.silent(),
) -> Explanation:
    """Where a model looked in a prepared image.

    key: of METHODS. layer: path, default the last spatial one. target: default the top class of the first output.
    Raises InvalidModel, InvalidSetting or InvalidImage; Cancelled at the job's checkpoints.
    """
    return answer(make_question(explainer, prepared, key, layer, target, options, job), key)


def explain_top(
    explainer: Explainer, prepared: Prepared, key: str, layer: str | None = None, output: int = 0
) -> Explanation:
    """The strongest class explained by a method that is a formula, in one pass: what live pictures need."""
    formula = method(key).formula
    assert formula is not None
    place = explainer.spatial_layer(layer)
    found = explainer.look_top(prepared.tensor[None], [place], output)
    (top,) = strongest_targets(explainer, found.logits[0], 1, output)
    contributions = formula(found.activations[0][0], found.gradients[0][0])
    raw = Raw(contributions.sum(axis=-1, dtype=np.float32), contributions, logits=found.logits)
    return finished(make_question(explainer, prepared, key, place, top), method(key), raw, found.logits)


def finished(question: Question, chosen: Method, raw: Raw, logits: np.ndarray) -> Explanation:
    """The explanation made of what a method found. Raises InvalidModel when the map is not finite."""
    if not np.isfinite(raw.values).all():
        raise InvalidModel(
            f"{chosen.title} gave values that are not numbers.", "The weights hold NaN, or gradients overflowed."
        )
    target, output = question.target, question.output
    unit = 0 if output.two_sided else target.class_id
    sign = -1 if output.two_sided and target.class_id == 0 else 1
    notes = (
        raw.notes
        if output.exact
        else (*raw.notes, "The logits are taken as log p, because the output activation cannot be undone.")
    )
    return Explanation(
        question.explainer.card.id,
        chosen.key,
        question.layer,
        target,
        np.ascontiguousarray(raw.values, np.float32),
        question.prepared.window,
        sign * float(logits[0, unit]),
        float(class_probability(logits, output, target.class_id)[0]),
        raw.contributions,
        notes,
        {**question.options, **raw.options},
        logits[0],
    )


def top_targets(
    explainer: Explainer, prepared: Prepared, count: int = 3, output: int = 0, score: str = "logit"
) -> tuple[Target, ...]:
    """The strongest classes of an output as targets, the first first."""
    return strongest_targets(explainer, explainer.logits(prepared.tensor[None], output)[0], count, output, score)


def strongest_targets(
    explainer: Explainer, logits: np.ndarray, count: int, output: int = 0, score: str = "logit"
) -> tuple[Target, ...]:
    """The same from logits (units,) that are known already."""
    head = explainer.output(output)
    row = np.array([-logits[0], logits[0]]) if head.two_sided else logits
    order = np.argsort(-row, kind="stable")[:count]
    own = owns_labels(explainer, output)
    return tuple(target_of(explainer.card, head, int(index), score=score, exclusive=own) for index in order)


def owns_labels(explainer: Explainer, output: int) -> bool:
    """Whether the card's labels name the classes of this output."""
    return len(explainer.outputs) == 1 or len(explainer.card.labels) == explainer.output(output).classes


def explain_stages(
    explainer: Explainer, prepared: Prepared, layers: Sequence[str], key: str = "grad-cam", target: Target | None = None
) -> list[Explanation]:
    """The map at several layers, from one pass forward and back; Grad-CAM's for methods that need more than that."""
    key = key if method(key).formula else "grad-cam"
    question = make_question(explainer, prepared, key, layers[-1], target)
    found = explainer.look(
        prepared.tensor[None], question.direction[None], layers, question.target.output, question.target.score
    )
    formula = method(key).formula or cams.grad_cam
    stages = []
    for layer, activations, gradients in zip(layers, found.activations, found.gradients, strict=True):
        contributions = formula(activations[0], gradients[0])
        asked = make_question(explainer, prepared, key, layer, question.target)
        raw = Raw(contributions.sum(axis=-1), contributions)
        stages.append(finished(asked, method(key), raw, found.logits))
    return stages


def stage_layers(explainer: Explainer, most: int = 8) -> list[str]:
    """Layers for a strip: the last one at each resolution, at most `most`, in the order of computation."""
    last: dict[tuple[int | None, ...], str] = {}
    for spot in explainer.spatial:
        if spot.kind not in ("InputLayer", "ZeroPadding2D", "Cropping2D"):  # an edge is no stage of its own
            last.pop(spot.shape[:2], None)
            last[spot.shape[:2]] = spot.path
    return list(last.values())[-most:]


def prepare_for(explainer: Explainer, image: np.ndarray) -> Prepared:
    """An RGB uint8 image (H, W, 3) as the explainer's network takes it."""
    return prepare(image, explainer.card.preprocessing)
