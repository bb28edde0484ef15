"""What a person asks on screen, answered whole: the map, its place on the image, several classes in one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.explain.explaining import (
    Explanation,
    explain,
    explain_top,
    owns_labels,
    prepare_for,
    top_targets,
)
from engine.explain.methods import method
from engine.explain.targets import Target, target_of
from engine.explain.views import Placed, blend_classes, place, robust_limit
from engine.jobs import Job
from engine.models.preprocessing import Prepared

if TYPE_CHECKING:
    from engine.explain.graph import Explainer

TOGETHER = np.array([[230, 75, 53], [0, 160, 135], [60, 84, 200]], np.uint8)  # told apart also by the colour-blind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None stands for the default."""

    method: str | None = "grad-cam"  # None: no map
    class_id: int | None = None
    against: int | None = None
    layer: str | None = None
    score: str = "logit"
    output: int = 0
    options: tuple[tuple[str, float], ...] = ()
    together: bool = False  # the three strongest classes in one picture


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with all that later questions about it need."""

    explainer: Explainer
    image: np.ndarray  # (H, W, 3) uint8 RGB
    prepared: Prepared
    explanation: Explanation
    placed: Placed
    blended: np.ndarray | None = None  # (H, W, 3) uint8: several classes in one picture
    others: tuple[Explanation, ...] = ()  # those of the blended picture


def ask(explainer: Explainer, image: np.ndarray, wanted: Wanted, job: Job = Job.silent()) -> Found:
    """Explain an RGB uint8 image (H, W, 3). Raises what `explain` raises."""
    prepared = prepare_for(explainer, image)
    found = _answered(explainer, prepared, wanted, job)
    placed = place_map(found, image.shape[:2])
    if not wanted.together:
        return Found(explainer, image, prepared, found, placed)
    others = tuple(
        _explained(explainer, prepared, wanted, other, job)
        for other in top_targets(explainer, prepared, 3, wanted.output, wanted.score)
    )
    limit = max(float(other.values.max()) for other in others)
    maps = [place_map(other, image.shape[:2], limit if limit > 0 else None) for other in others]
    blended = blend_classes(image, maps, TOGETHER[: len(maps)])
    return Found(explainer, image, prepared, found, placed, blended, others)


def place_map(explanation: Explanation, size: tuple[int, int], limit: float | None = None) -> Placed:
    """A map on an image of `size` (height, width) pixels; maps of pixels are not dimmed by their few outliers."""
    if limit is None and method(explanation.method).kind == "pixel":
        limit = robust_limit(explanation.values)
    return place(explanation.values, explanation.window, size, limit)


def wanted_class(explainer: Explainer, wanted: Wanted) -> Target | None:
    """The class that was named; None for each image's own strongest one."""
    if wanted.class_id is None:
        return None
    own = owns_labels(explainer, wanted.output)
    return target_of(
        explainer.card, explainer.output(wanted.output), wanted.class_id, wanted.against, wanted.score, own
    )


def wanted_target(explainer: Explainer, prepared: Prepared, wanted: Wanted) -> Target:
    """The class that is asked for, the strongest one by default. Raises InvalidSetting for one that does not exist."""
    if (named := wanted_class(explainer, wanted)) is not None:
        return named
    strongest = top_targets(explainer, prepared, 2, wanted.output, wanted.score)
    top = next(target for target in strongest if target.class_id != wanted.against)
    named = wanted_class(explainer, replace(wanted, class_id=top.class_id))
    assert named is not None
    return named


def class_labels(explainer: Explainer, output: int = 0) -> tuple[str, ...]:
    """Names of all classes of an output."""
    head, own = explainer.output(output), owns_labels(explainer, output)
    return tuple(explainer.card.label(i) if own else f"{head.name} {i}" for i in range(head.classes))


def _answered(explainer: Explainer, prepared: Prepared, wanted: Wanted, job: Job) -> Explanation:
    assert wanted.method is not None
    if wanted == Wanted(wanted.method, layer=wanted.layer, output=wanted.output) and method(wanted.method).formula:
        return explain_top(explainer, prepared, wanted.method, wanted.layer, wanted.output)
    return _explained(explainer, prepared, wanted, wanted_target(explainer, prepared, wanted), job)


def _explained(explainer: Explainer, prepared: Prepared, wanted: Wanted, target: Target, job: Job) -> Explanation:
    assert wanted.method is not None
    layer = wanted.layer if method(wanted.method).on_layer else None
    return explain(explainer, prepared, wanted.method, layer, target, dict(wanted.options), job)
