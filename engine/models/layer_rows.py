"""What is known of each layer of a network, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of a network."""

    name: str
    kind: str  # Keras class, such as "Conv2D"
    shape: tuple[int | None, ...]  # of the output, batch first
    parameters: int
    multiply_adds: int  # for one image; 0 for layers that only move or compare numbers
    trainable: bool
    inputs: tuple[str, ...]  # names of the layers it takes from
    note: str = ""  # what tells it apart: "32 filters of 3 x 3"


@dataclass(frozen=True, slots=True)
class Structure:
    """A whole network; layers in order of computation."""

    layers: tuple[LayerRow, ...]
    parameters: int
    trainable: int
    multiply_adds: int
