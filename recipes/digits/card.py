"""The card of the digits model: what it was made from, and what it did on digits that it never learnt from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine import processor
from engine.models.cards import Card
from recipes.digits.rendering import HOW
from recipes.latency import milliseconds


def describe(out: Path, parameters: int, measured: dict[str, float]) -> Card:
    """The card of the file at `out`, with its .onnx beside it. measured: figures by name."""
    plain, photographed = measured["test_accuracy"], measured["photographed_accuracy"]
    return Card(
        id="digits",
        title="Handwritten digits",
        task="classification",
        about="Reads one handwritten digit, also from a photo: dark or light ink, anywhere in the picture.",
        licence="MIT, trained by us",
        labels=tuple("0123456789"),
        preprocessing=HOW,
        parameters=parameters,
        megabytes=round(out.stat().st_size / 1e6, 2),
        accuracy=f"{plain:.2%} of the 10,000 MNIST test images",
        made=f"recipes/train_digits.py on the 60,000 MNIST training images, {date.today()}",
        details={
            "photographed": f"{photographed:.2%} of the same 10,000 digits rendered as small, off-centre,"
            " unevenly lit ink on paper",
            "known_failures": "several digits in one picture (the most prominent is read); ruled or squared paper;"
            " anything that is no digit is still given the name of one",
            "data": "MNIST, Y. LeCun, C. Cortes, C. J. C. Burges, CC BY-SA 3.0",
            "held_out": "the 10,000 test images: none was used for training or for choices",
            "measured_by": "recipes/train_digits.py",
            "latency": f"{milliseconds(out.with_suffix('.onnx'), 1, 28):.2g} ms a digit (ONNX Runtime, network only) on"
            f" {processor.described()}",
        },
        figures=measured,
    )
