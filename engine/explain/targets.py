"""What is explained: a class of one of the outputs, one class against another, as logit or as probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidSetting
from engine.models.cards import Card

SCORES = ("logit", "probability")


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a network."""

    index: int
    name: str
    units: int
    activation: str  # "softmax" or "sigmoid"
    exact: bool  # False when its logits are log p, right up to a constant

    @property
    def two_sided(self) -> bool:
        """One sigmoid unit: class 1 is what it is for, class 0 what it is against."""
        return self.units == 1 and self.activation == "sigmoid"

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return 2 if self.two_sided else self.units


@dataclass(frozen=True, slots=True)
class Target:
    """A class, optionally against another one."""

    class_id: int
    label: str
    against: int | None = None  # class B of "A minus B"
    against_label: str = ""
    output: int = 0
    score: str = "logit"

    @property
    def title(self) -> str:
        """As shown on screen: "tabby" or "tabby minus beagle"."""
        return self.label if self.against is None else f"{self.label} minus {self.against_label}"


def target_of(
    card: Card, output: Output, class_id: int, against: int | None = None, score: str = "logit", exclusive: bool = True
) -> Target:
    """A checked target. Raises InvalidSetting for a class the output does not have, or an unknown score.

    exclusive: whether the card's labels belong to this output.
    """
    if score not in SCORES:
        raise InvalidSetting(f"There is no score “{score}”.", f"Choose one of: {', '.join(SCORES)}.")
    for index in (class_id, *(() if against is None else (against,))):
        if not 0 <= index < output.classes:
            raise InvalidSetting(
                f"Class {index} does not exist: the output has {output.classes} classes.",
                f"Choose a class from 0 to {output.classes - 1}.",
            )
    if against == class_id:
        raise InvalidSetting("A class minus itself is zero everywhere.", "Choose two different classes.")

    def name(index: int) -> str:
        return card.label(index) if exclusive else f"{output.name} {index}"

    return Target(class_id, name(class_id), against, "" if against is None else name(against), output.index, score)


def find_class(labels: Sequence[str], classes: int, text: str) -> int:
    """The class meant by a name or a number: exact name first, then the only name that contains the text.

    Raises InvalidSetting when there is none, or several.
    """
    wanted = text.strip().casefold()
    exact = [index for index, label in enumerate(labels) if label.casefold() == wanted]
    if exact:
        return exact[0]
    if wanted.isdecimal():
        if int(wanted) < classes:
            return int(wanted)
        raise InvalidSetting(f"Class {wanted} does not exist.", f"Choose a class from 0 to {classes - 1}.")
    near = [index for index, label in enumerate(labels) if wanted and wanted in label.casefold()]
    if len(near) == 1:
        return near[0]
    if not near:
        raise InvalidSetting(f"No class is called “{text}”.", "Give a part of its name, or its number.")
    names = ", ".join(f"{labels[index]} ({index})" for index in near[:6])
    raise InvalidSetting(f"{len(near)} classes contain “{text}”.", f"Choose one: {names}{', ...' * (len(near) > 6)}.")


def direction(output: Output, class_id: int, against: int | None = None) -> np.ndarray:
    """The row (units,) float32 whose product with the logits is the score: one-hot, or a difference of two."""
    row = np.zeros(output.units, np.float32)
    for index, sign in ((class_id, 1.0), (against, -1.0)):
        if index is None:
            continue
        if output.two_sided:
            row[0] += sign if index == 1 else -sign
        else:
            row[index] += sign
    return row
