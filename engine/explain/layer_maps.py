"""The layers of a network as a person walks through them: their wiring, and their maps for one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import psutil

from engine.errors import InvalidModel
from engine.explain.asking import Found

if TYPE_CHECKING:
    from engine.explain.graph import Explainer
    from engine.models.opening import Spot
    from engine.models.wiring import Skip

COPIES = 4  # of a map at the worst moment: before and after its activation, handed over, in the order of the screen


@dataclass(frozen=True, slots=True)
class LayerMaps:
    """The activations of a layer for one image: all of them, or a page of those that fit into the memory."""

    path: str
    values: np.ndarray  # (H, W, C) float32; (1, 1, C) for a layer without maps
    spatial: bool
    first: int = 0  # channel of the first map
    total: int = 0  # channels of the layer

    @property
    def stop(self) -> int:
        """The channel after the last map."""
        return self.first + self.values.shape[2]

    @property
    def whole(self) -> bool:
        """Whether these are all."""
        return self.values.shape[2] == self.total


def layer_maps(found: Found, path: str, first: int = 0) -> LayerMaps:
    """The feature maps of a layer from channel `first` on, as many as there is memory for.

    Raises InvalidModel for a layer that is not there, or of which not even one map fits.
    """
    spot = next((spot for spot in found.explainer.spots if spot.path == path), None)
    if spot is None:
        raise InvalidModel(f"The network has no layer “{path}” with one output.", "Choose another layer.")
    batch = found.prepared.tensor[None]
    if not spot.spatial:
        values = found.explainer.activations(batch, path)[0]
        flat = values if values.ndim == 3 else values.reshape(1, 1, -1)
        return LayerMaps(path, flat, False, 0, flat.shape[2])
    height, width, total = (side or max(found.explainer.input_shape[:2]) for side in spot.shape)
    fitting = _fitting(path, height * width)
    if fitting >= total:
        return LayerMaps(path, found.explainer.activations(batch, path)[0], True, 0, total)
    first = min(max(first, 0), total - 1)
    stop = min(first + fitting, total)
    return LayerMaps(path, found.explainer.some_activations(batch, path, first, stop)[0], True, first, total)


def _fitting(path: str, pixels: int) -> int:
    """How many maps there is memory for. Raises InvalidModel for none."""
    each, free = COPIES * 4 * pixels, psutil.virtual_memory().available
    if each > free:
        raise InvalidModel(
            f"One map of “{path}” needs {each / 1e6:.1f} MB; {free / 1e6:.1f} MB are free.",
            "Close other programs, or choose a later layer, whose maps are smaller.",
        )
    return free // each


def layer_sizes(explainer: Explainer) -> list[tuple[str, str]]:
    """Path and size as text of every layer that can carry a map, in the order of computation."""
    return [(spot.path, " × ".join("?" if n is None else str(n) for n in spot.shape)) for spot in explainer.spatial]


def wired_layers(explainer: Explainer) -> tuple[list[Spot], list[bool], tuple[Skip, ...]]:
    """The layers in the order of computation, whether each follows the one before it, and what skips."""
    from engine.models.wiring import feeding, skips  # loads Keras

    spots = list(explainer.spots)
    rows = [spot.path for spot in spots]
    sources = feeding(explainer.model.network)
    chained = [row > 0 and rows[row - 1] in sources.get(path, ()) for row, path in enumerate(rows)]
    return spots, chained, skips(rows, sources)
