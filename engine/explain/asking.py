"""What a person asks on screen, answered whole: map, its place on the image, the strip of stages, several classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import psutil

from engine.errors import EngineError, InvalidModel
from engine.explain.cams import channel_shares
from engine.explain.explaining import (
    Explanation,
    explain,
    explain_stages,
    explain_top,
    make_question,
    owns_labels,
    prepare_for,
    stage_layers,
    top_targets,
)
from engine.explain.faithfulness import Curves, Kept
from engine.explain.methods import method
from engine.explain.targets import Target, target_of
from engine.explain.views import Look, Placed, blend_classes, draw, place, robust_limit
from engine.jobs import Job
from engine.models.preprocessing import Prepared

if TYPE_CHECKING:
    from engine.explain.graph import Explainer
    from engine.models.opening import Spot
    from engine.models.wiring import Skip

MANY_CELLS = 40  # below this a rank correlation is mostly chance
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


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of one map."""

    curves: Curves
    kept: Kept
    passed: bool | None  # of the randomisation; None when the network cannot be copied
    sentence: str  # about the randomisation


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


def stages(found: Found, side: int = 96) -> list[tuple[str, str, np.ndarray]]:
    """The map at every stage of the network: path, size as text, overlay on what the network sees.

    side: pixels of the pictures' longer side, at most the network's own.
    """
    layers = stage_layers(found.explainer)
    if not layers:
        return []
    shown = []
    seen = np.broadcast_to(found.prepared.seen, (*found.prepared.seen.shape[:2], 3))
    step = max(1, max(seen.shape[:2]) // side)
    small = np.ascontiguousarray(seen[::step, ::step])
    height, width = small.shape[:2]
    key = found.explanation.method if method(found.explanation.method).on_layer else "grad-cam"
    for one in explain_stages(found.explainer, found.prepared, layers, key, found.explanation.target):
        placed = place(one.values, (0.0, 0.0, float(width), float(height)), (height, width))
        assert one.layer is not None
        size = f"{one.values.shape[0]} x {one.values.shape[1]}"
        shown.append((one.layer, size, draw(small, placed, Look(opacity=0.6)) if one.has_positive else small))
    return shown


def class_labels(explainer: Explainer, output: int = 0) -> tuple[str, ...]:
    """Names of all classes of an output."""
    head, own = explainer.output(output), owns_labels(explainer, output)
    return tuple(explainer.card.label(i) if own else f"{head.name} {i}" for i in range(head.classes))


def layer_sizes(explainer: Explainer) -> list[tuple[str, str]]:
    """Path and size as text of every layer that can carry a map, in the order of computation."""
    return [(spot.path, " x ".join("?" if n is None else str(n) for n in spot.shape)) for spot in explainer.spatial]


def _answered(explainer: Explainer, prepared: Prepared, wanted: Wanted, job: Job) -> Explanation:
    assert wanted.method is not None
    if wanted == Wanted(wanted.method, layer=wanted.layer, output=wanted.output) and method(wanted.method).formula:
        return explain_top(explainer, prepared, wanted.method, wanted.layer, wanted.output)
    return _explained(explainer, prepared, wanted, wanted_target(explainer, prepared, wanted), job)


def _explained(explainer: Explainer, prepared: Prepared, wanted: Wanted, target: Target, job: Job) -> Explanation:
    assert wanted.method is not None
    layer = wanted.layer if method(wanted.method).on_layer else None
    return explain(explainer, prepared, wanted.method, layer, target, dict(wanted.options), job)


def strongest_channels(found: Found, count: int = 12) -> list[tuple[int, float, float, np.ndarray]]:
    """The channels that made a map: number, share of it 0..1, sum of its part, and the part as a picture."""
    parts = found.explanation.contributions
    if parts is None:
        return []
    shares = channel_shares(parts)
    order = [int(channel) for channel in np.argsort(-shares, kind="stable")[:count] if shares[channel] > 0]
    limit = float(np.abs(parts[..., order]).max()) if order else 0.0
    shown = []
    for channel in order:
        part = parts[..., channel]
        size = (float(part.shape[1]), float(part.shape[0]))
        picture = draw(
            np.zeros((*part.shape, 3), np.uint8),
            place(part, (0.0, 0.0, *size), part.shape, limit),
            Look("heatmap", signed=True),
        )
        shown.append((channel, float(shares[channel]), float(part.sum()), picture))
    return shown


def one_channel(found: Found, channel: int) -> Placed:
    """The part of the map that one channel made, on the image."""
    parts = found.explanation.contributions
    assert parts is not None
    return place(np.ascontiguousarray(parts[..., channel]), found.explanation.window, found.image.shape[:2])


def check(found: Found, job: Job = Job.silent()) -> Checked:
    """All checks of a map: curves, keep-only, and the randomisation of the weights where the network can be copied."""
    from engine.explain import check_curves, check_keep, check_randomised  # loads TensorFlow

    asked = found.explanation
    question = make_question(found.explainer, found.prepared, asked.method, asked.layer, asked.target, job=job)
    curves = check_curves(question, asked, job=job)
    kept = check_keep(question, asked)
    try:
        randomised = check_randomised(found.explainer, found.prepared, asked, job=job)
    except EngineError as error:
        return Checked(curves, kept, None, error.message)
    sentence = (
        f"{randomised.verdict} Rank correlation with a random head {randomised.head:+.2f},"
        f" with all weights random {randomised.everything:+.2f}."
        f"{_few_cells(asked.values.size)}"
    )
    return Checked(curves, kept, randomised.passed, sentence)


def _few_cells(cells: int) -> str:
    return f" The map has only {cells} cells: take this as a hint." if cells < MANY_CELLS else ""


@dataclass(frozen=True, slots=True)
class LayerMaps:
    """The activations of a layer for one image."""

    path: str
    values: np.ndarray  # (H, W, C) float32; (1, 1, C) for a layer without maps
    spatial: bool


def layer_maps(found: Found, path: str) -> LayerMaps:
    """All feature maps of a layer. Raises InvalidModel when they would not fit into the memory that is free."""
    spot = next((spot for spot in found.explainer.spots if spot.path == path), None)
    if spot is None:
        raise InvalidModel(f"The network has no layer “{path}” with one output.", "Choose another layer.")
    needed = 4 * prod(side or max(found.explainer.input_shape[:2]) for side in spot.shape)
    free = psutil.virtual_memory().available
    if needed > free / 2:
        raise InvalidModel(
            f"The maps of “{path}” need {needed / 1e6:.0f} MB; {free / 1e6:.0f} MB are free.",
            "Close other programs, or choose a later layer, whose maps are smaller.",
        )
    values = found.explainer.activations(found.prepared.tensor[None], path)[0]
    maps = values if values.ndim == 3 else values.reshape(1, 1, -1)
    return LayerMaps(path, maps, spot.spatial)


def wired_layers(explainer: Explainer) -> tuple[list[Spot], list[bool], tuple[Skip, ...]]:
    """The layers in the order of computation, whether each follows the one before it, and what skips."""
    from engine.models.wiring import feeding, skips  # loads Keras

    spots = list(explainer.spots)
    rows = [spot.path for spot in spots]
    sources = feeding(explainer.model.network)
    chained = [row > 0 and rows[row - 1] in sources.get(path, ()) for row, path in enumerate(rows)]
    return spots, chained, skips(rows, sources)
