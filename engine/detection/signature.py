"""What the outside of a network looks like: input size, output shapes, and what its maker wrote into the file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Shape = tuple[int, ...]

STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Signature:
    """Concrete shapes of one run with an input of `size`."""

    size: tuple[int, int]  # width and height of the input in pixels
    outputs: tuple[Shape, ...]
    output_names: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ("images",)
    metadata: dict[str, str] = field(default_factory=dict)

    def cells(self, strides: tuple[int, ...] = STRIDES) -> int:
        """Number of grid cells over all strides; a cell cut by the border counts."""
        return sum(math.ceil(self.size[0] / s) * math.ceil(self.size[1] / s) for s in strides)

    def describe(self) -> str:
        """The output shapes in words: "(1, 8400, 85) and (1, 4)"."""
        return " and ".join(str(shape) for shape in self.outputs) or "none"
