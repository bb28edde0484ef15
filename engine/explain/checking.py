"""The checks beside a map, asked of a real model: curves, keep-only and the randomisation of its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras
import numpy as np

from engine.errors import InvalidModel
from engine.explain.explaining import Explanation, answer, make_question
from engine.explain.faithfulness import Curves, Kept, curves, keep_only, rank_correlation
from engine.explain.graph import Explainer
from engine.explain.questions import Question
from engine.jobs import Job
from engine.models.preprocessing import Prepared

ALIKE = 0.5  # |rank correlation| above which a map of the model and one of random weights count as the same


@dataclass(frozen=True, slots=True)
class Randomised:
    """How like the map stays when learned weights are replaced by random ones (Adebayo et al. 2018)."""

    head: float  # rank correlation of the signed maps with a random last layer
    everything: float  # and with all weights random

    @property
    def passed(self) -> bool:
        """Whether the map depends on what was learned."""
        return abs(self.everything) < ALIKE

    @property
    def verdict(self) -> str:
        """One sentence for the badge."""
        if self.passed:
            return "Depends on what the model has learned."
        return "Hardly depends on the weights: the picture shows the image's edges or the method, not the model."


def check_curves(question: Question, explanation: Explanation, steps: int = 28, job: Job = Job.silent()) -> Curves:
    """Deletion to the mean colour and insertion into a blurred image."""
    mean, blurred = question.baseline("mean colour"), question.baseline("blurred")
    return curves(question.probability, question.image, mean, blurred, explanation.values, steps, job=job)


def check_keep(question: Question, explanation: Explanation) -> Kept:
    """Confidence when only the highlighted part is kept, the rest black."""
    return keep_only(question.probability, question.image, question.baseline("black"), explanation.values)


def check_randomised(
    explainer: Explainer, prepared: Prepared, explanation: Explanation, seed: int = 0, job: Job = Job.silent()
) -> Randomised:
    """Ask copies of the model with random weights for the same map. The user's network is not touched.

    Raises InvalidModel when the network cannot be copied, as with layers that do not describe themselves.
    """
    found = []
    for index, only_head in enumerate((True, False)):
        job.checkpoint()
        job.report(index, 2, "Asking a copy with random weights")
        network = randomised_copy(explainer.model.network, only_head, seed)
        other = Explainer(replace(explainer.model, network=network))
        question = make_question(other, prepared, explanation.method, explanation.layer, explanation.target, job=job)
        found.append(rank_correlation(explanation.values, answer(question, explanation.method).values))
    job.report(2, 2, "Asked copies with random weights")
    return Randomised(*found)


def randomised_copy(network: keras.Model, only_head: bool, seed: int = 0) -> keras.Model:
    """A copy of a network with the kernels of its last weighted layer, or of all layers, drawn anew.

    Every kernel is replaced by normal noise of the same mean and deviation, so that the activations keep their size
    and the comparison is of what was learned, not of a network gone out of range.
    """
    try:
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
    except (ValueError, TypeError, NotImplementedError) as error:
        raise InvalidModel(
            f"“{network.name}” cannot be copied: {str(error).splitlines()[0][:200]}",
            "The randomisation check needs a network of layers that describe themselves.",
        ) from error
    rng = np.random.default_rng(seed)
    kernels = [weight for weight in copy.weights if len(weight.shape) > 1]
    for kernel in kernels[-1:] if only_head else kernels:
        values = np.asarray(kernel, np.float32)
        kernel.assign(rng.normal(values.mean(), values.std(), values.shape).astype(np.float32))
    return copy
