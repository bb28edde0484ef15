"""The card of the photo classifier: what it was made from, and what it did on images that it never learnt from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine import processor
from engine.models.cards import Card
from recipes.cifar10.measuring import Measured
from recipes.cifar10.network import HOW, LABELS

KNOWN_FAILURES = (
    "sees the photo at 32 × 32 pixels: small or off-centre things are lost, cats and dogs are taken for each other;"
    " people and anything else outside its ten classes still get one of their names"
)


def describe(path: Path, parameters: int, made: str, minutes: float) -> Card:
    """The card of the file at `path`, as long as nothing is measured. made: how, from what, and when."""
    return Card(
        id="cifar10",
        title="CIFAR-10",
        task="classification",
        about="Tells ten kinds of animals and vehicles apart: airplanes, automobiles, birds, cats, deer, dogs, frogs,"
        " horses, ships and trucks.",
        licence="MIT, trained by us",
        labels=LABELS,
        preprocessing=HOW,
        parameters=parameters,
        megabytes=round(path.stat().st_size / 1e6, 2),
        made=made,
        details={
            "data": "CIFAR-10, A. Krizhevsky 2009, collected for research, without a formal licence",
            "held_out": "the 10,000 test images and the photographs: none was trained on, but earlier trainings were"
            " judged by them",
        },
        figures={"training_minutes": round(minutes, 1)},
    )


def with_figures(card: Card, measured: Measured) -> Card:
    """The card with what the files did; what was not measured is not spoken of."""
    details = {
        "measured_by": "recipes/train_cifar10.py --evaluate, with the folders that its help names",
        "latency": f"{measured.milliseconds:.2g} ms a photo (ONNX Runtime, network only) on {processor.described()}",
    }
    if measured.photos:
        right, known = len(measured.photos) - len(measured.missed), {photo.truth for photo in measured.photos}
        missed = "; ".join(f"{photo.what}, called {photo.answer}" for photo in measured.missed)
        details["photographs"] = (
            f"{right} of {len(measured.photos)} right on the photographs listed in recipes/cifar10/photos.csv, of"
            f" {len(known)} of the ten classes. Missed: {missed or 'none'}"
        )
    return replace(
        card,
        accuracy=f"{measured.accuracy:.2%} of {measured.images:,} CIFAR-10 test images",
        details={"known_failures": KNOWN_FAILURES} | card.details | details,
        figures=card.figures
        | {
            "test_accuracy": round(measured.accuracy, 4),
            "photographs_right": len(measured.photos) - len(measured.missed),
        },
    )
