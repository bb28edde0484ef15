"""One question to a model: this image, this class, this layer, as the methods need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.explain import baselines
from engine.explain.pixels import Path, path_by
from engine.explain.targets import Output, Target, direction
from engine.jobs import Job
from engine.models.predictions import probabilities_of
from engine.models.preprocessing import Prepared

if TYPE_CHECKING:  # the table of methods must not load TensorFlow
    from engine.explain.graph import Evidence, Explainer


@dataclass(frozen=True)
class Question:
    """Everything a method may ask for; a method takes from it what it needs."""

    explainer: Explainer
    prepared: Prepared
    target: Target
    layer: str | None  # None for methods on pixels
    options: dict[str, float | int | str] = field(default_factory=dict)
    job: Job = field(default_factory=Job.silent)

    @property
    def output(self) -> Output:
        """The output that is asked about."""
        return self.explainer.output(self.target.output)

    @cached_property
    def direction(self) -> np.ndarray:
        """(units,) float32: the score is its product with the logits, or with the probabilities."""
        return direction(self.output, self.target.class_id, self.target.against)

    @property
    def image(self) -> np.ndarray:
        """The input of the network, (H, W, C) float32."""
        return self.prepared.tensor

    def baseline(self, name: str) -> np.ndarray:
        """The input that stands for "nothing there"."""
        return baselines.baseline(name, self.image, self.explainer.card.preprocessing)

    def score(self, batch: np.ndarray) -> np.ndarray:
        """Scores (N,) of a batch (N, H, W, C)."""
        return self.score_of_logits(self.explainer.logits(batch, self.target.output))

    def score_of_logits(self, logits: np.ndarray) -> np.ndarray:
        """Scores (N,) from logits (N, units)."""
        values = logits if self.target.score == "logit" else probabilities_of(logits, self.output.activation)
        return values @ self.direction

    def probability(self, batch: np.ndarray) -> np.ndarray:
        """Probability (N,) of the target's class, whatever the score is."""
        return class_probability(self.explainer.logits(batch, self.target.output), self.output, self.target.class_id)

    def gradient(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradients (N, H, W, C) of the score by the pixels, and the scores (N,)."""
        gradients, logits = self.explainer.pixel_gradients(
            batch, self._directions(len(batch)), self.target.output, self.target.score
        )
        return gradients, self.score_of_logits(logits)

    def path(self, baseline: np.ndarray) -> tuple[Path, np.ndarray]:
        """The way from a baseline (H, W, C) to the image, and the logits (1, units) of the image."""
        walk = self.explainer.walk(self.target.output, self.target.score)
        logits = self.explainer.logits(np.stack([self.image, baseline]), self.target.output)
        if walk is None:
            return path_by(self.gradient, self.image, baseline), logits[:1]
        fixed, row = (self.image[None], baseline[None]), self._directions(1)

        def step(places: np.ndarray, weights: np.ndarray) -> np.ndarray:
            return walk(*fixed, np.stack([places, weights], axis=1), row)[0][0]

        last, first = self.score_of_logits(logits)
        return Path(self.image - baseline, float(last - first), step), logits[:1]

    def evidence(self) -> Evidence:
        """Activations and gradients of the layer, and the logits, from one pass."""
        assert self.layer is not None
        return self.explainer.look(
            self.image[None], self._directions(1), [self.layer], self.target.output, self.target.score
        )

    def activations(self) -> np.ndarray:
        """Activations (h, w, K) of the layer."""
        assert self.layer is not None
        return self.explainer.activations(self.image[None], self.layer)[0]

    def rest(self, activations: np.ndarray) -> np.ndarray:
        """Scores (N,) of activations (N, h, w, K) put in place of the layer's."""
        assert self.layer is not None
        return self.score_of_logits(self.explainer.from_layer(self.layer, self.target.output)(activations))

    def _directions(self, count: int) -> np.ndarray:
        return np.repeat(self.direction[None], count, axis=0)


def class_probability(logits: np.ndarray, output: Output, class_id: int) -> np.ndarray:
    """Probability (N,) of a class from logits (N, units)."""
    shares = probabilities_of(logits, output.activation)
    if output.two_sided:
        return shares[:, 0] if class_id == 1 else 1 - shares[:, 0]
    return shares[:, class_id]
