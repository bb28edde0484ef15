"""What stands beside a map: the stages of the network, the channels that made it, the checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import EngineError
from engine.explain.asking import Found, class_labels
from engine.explain.cams import channel_shares
from engine.explain.explaining import explain_stages, make_question, stage_layers
from engine.explain.faithfulness import Curves, Kept
from engine.explain.methods import method
from engine.explain.views import Look, Placed, draw, place
from engine.jobs import Job
from engine.models.predictions import Prediction, probabilities_of, strongest, two_sided

MANY_CELLS = 40  # below this a rank correlation is mostly chance


def predictions(found: Found, count: int = 5) -> tuple[Prediction, ...]:
    """The strongest classes of the output that was asked, as the pass that made the map found them."""
    head, logits = found.explainer.output(found.explanation.target.output), found.explanation.logits
    assert logits is not None
    row = logits[None]
    shares = probabilities_of(row, head.activation)
    if head.two_sided:
        row, shares = two_sided(row), np.concatenate([1 - shares, shares], axis=1)
    return strongest(row[0], shares[0], class_labels(found.explainer, head.index), count)


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of one map."""

    curves: Curves
    kept: Kept
    passed: bool | None  # of the randomisation; None when the network cannot be copied
    sentence: str  # about the randomisation


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
        size = f"{one.values.shape[0]} × {one.values.shape[1]}"
        shown.append((one.layer, size, draw(small, placed, Look(opacity=0.6)) if one.has_positive else small))
    return shown


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
    head, everything = (f"{value:+.2f}".replace("-", "−") for value in (randomised.head, randomised.everything))
    sentence = (
        f"{randomised.verdict} Rank correlation with a random head {head}, with all weights random {everything}."
        f"{_few_cells(asked.values.size)}"
    )
    return Checked(curves, kept, randomised.passed, sentence)


def _few_cells(cells: int) -> str:
    return f" The map has only {cells} cells: take this as a hint." if cells < MANY_CELLS else ""
