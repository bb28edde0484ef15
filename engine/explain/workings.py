"""What each method does with a question: it takes what it needs, and the maths does the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.explain import cams, perturbation, pixels
from engine.explain.questions import Question


@dataclass(frozen=True, slots=True)
class Raw:
    """What a method found."""

    values: np.ndarray  # (h, w) float32, signed
    contributions: np.ndarray | None = None  # (h, w, K): values by channel, for methods on a layer
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)  # settings the method itself changed
    logits: np.ndarray | None = None  # (1, units) of the whole image, when the method came by them


def _contributed(contributions: np.ndarray) -> Raw:
    return Raw(contributions.sum(axis=-1, dtype=np.float32), contributions)


def from_gradients(formula: cams.Contributions, question: Question) -> Raw:
    """Activations and gradients of the layer, by a formula."""
    found = question.evidence()
    contributions = formula(found.activations[0][0], found.gradients[0][0])
    return Raw(contributions.sum(axis=-1, dtype=np.float32), contributions, logits=found.logits)


def eigen_cam(question: Question) -> Raw:
    """Activations alone."""
    activations = question.activations()
    return _contributed(cams.eigen_cam(activations, activations))


def gradient(question: Question) -> Raw:
    """One pass forward and back."""
    return Raw(pixels.strongest_channel(question.gradient(question.image[None])[0][0]))


def input_x_gradient(question: Question) -> Raw:
    """One pass forward and back."""
    return Raw((question.gradient(question.image[None])[0][0] * question.image).sum(axis=-1))


def integrated_gradients(question: Question) -> Raw:
    """From black, with as many steps as it takes to add up."""
    steps = int(question.options["steps"])
    path, logits = question.path(question.baseline("black"))
    found = pixels.integrated_gradients(path, steps, job=question.job)
    note = f"Adds up to the change of the score within {found.gap:.1%}, with {found.steps} steps from black."
    return Raw(found.values.sum(axis=-1), notes=(note,), options={"steps": found.steps}, logits=logits)


def smooth_grad(question: Question) -> Raw:
    """Noisy copies of the image."""
    samples, noise = int(question.options["samples"]), float(question.options["noise"])
    found = pixels.smooth_grad(question.gradient, question.image, samples, noise, job=question.job)
    return Raw(pixels.strongest_channel(found))


def occlusion(question: Question) -> Raw:
    """Squares behind the mean colour, half overlapping."""
    side = min(question.image.shape[:2])
    patch = max(1, round(side * float(question.options["patch"])))
    mean = question.baseline("mean colour")
    found = perturbation.occlusion(question.score, question.image, mean, patch, max(1, patch // 2), question.job)
    return Raw(found, notes=(f"Squares of {patch} pixels, hidden behind the mean colour.",))


def score_cam(question: Question) -> Raw:
    """Channels as masks over the mean colour."""
    mean, limit = question.baseline("mean colour"), int(question.options["channels"])
    activations = question.activations()
    notes = () if activations.shape[-1] <= limit else (f"The {limit} most active of {activations.shape[-1]} channels.",)
    found = perturbation.score_cam(question.score, question.image, mean, activations, limit, question.job)
    return Raw(found.sum(axis=-1), found, notes)


def ablation_cam(question: Question) -> Raw:
    """The network's end, run without each channel."""
    found = perturbation.ablation_cam(
        question.score, question.rest, question.activations(), question.image, question.job
    )
    return _contributed(found)


def rise(question: Question) -> Raw:
    """Random masks over the mean colour."""
    masks, cells = int(question.options["masks"]), int(question.options["cells"])
    mean = question.baseline("mean colour")
    found = perturbation.rise(question.score, question.image, mean, masks, cells, job=question.job)
    return Raw(found, notes=(f"{masks} random masks of {cells} × {cells} cells, seed 0.",))
