"""A model made ready to answer: compiled once, then image in, classes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.classification.predictions import Classification
from engine.errors import InvalidModel
from engine.models.compiled import compile_forward
from engine.models.loading import Model
from engine.models.logits import logit_head
from engine.models.predictions import probabilities_of, strongest, two_sided
from engine.models.preprocessing import Prepared, prepare


class Classifier:
    """Answers for one model; safe to use from several threads."""

    def __init__(self, model: Model) -> None:
        head = logit_head(model.network)
        self.card = model.card
        self._activation = head.activation
        self._forward = compile_forward(head.network)
        self._units = int(model.network.outputs[0].shape[-1])
        self._names = tuple(model.card.label(index) for index in range(max(self._units, 2)))

    def warm_up(self) -> None:
        """Run once on nothing, so that the first image does not pay for TensorFlow's planning."""
        how = self.card.preprocessing
        self._forward(np.zeros((1, how.height, how.width, how.channels), np.float32))

    def classify(self, image: np.ndarray, top: int = 5) -> Classification:
        """The `top` classes of an RGB uint8 image (H, W, 3). Raises InvalidModel if the network answers NaN."""
        return self.classify_prepared([prepare(image, self.card.preprocessing)], top)[0]

    def classify_prepared(self, batch: Sequence[Prepared], top: int = 5) -> list[Classification]:
        """The same for several prepared images in one pass."""
        logits = self._forward(np.stack([item.tensor for item in batch]))
        if not np.isfinite(logits).all():
            raise InvalidModel(
                f"{self.card.title} answered with a value that is not a number.",
                "Its weights hold NaN or infinity, or its preprocessing does not fit.",
            )
        probabilities = probabilities_of(logits, self._activation)
        if self._units == 1 and self._activation == "sigmoid":
            logits, probabilities = two_sided(logits), np.concatenate([1 - probabilities, probabilities], axis=1)
        return [
            Classification(strongest(row, share, self._names, top), share, row, item.seen, item.window)
            for row, share, item in zip(logits, probabilities, batch, strict=True)
        ]
