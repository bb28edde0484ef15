"""Read a Darknet `.weights` file: the parameters of every convolution, one after the other."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.detection.darknet.layers import Layer, Plan
from engine.errors import InvalidModel

# Darknet adds this to the variance (Redmon) or to its root (the older CPU code); at this size both are the same.
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Convolution:
    """The parameters of one convolution; `gamma`, `mean` and `variance` only when it is batch-normalised."""

    kernel: np.ndarray  # (out, in / groups, size, size) float32
    bias: np.ndarray  # (out,): added last, after any normalisation
    gamma: np.ndarray | None = None
    mean: np.ndarray | None = None
    variance: np.ndarray | None = None

    def folded(self) -> tuple[np.ndarray, np.ndarray]:
        """Kernel and bias of the plain convolution that equals this one with its normalisation."""
        if self.gamma is None or self.mean is None or self.variance is None:
            return self.kernel, self.bias
        factor = self.gamma / np.sqrt(self.variance + np.float32(EPSILON))
        return self.kernel * factor[:, None, None, None], self.bias - self.mean * factor


def parameter_count(layer: Layer) -> int:
    """How many numbers a layer takes from the file."""
    if layer.kind != "convolutional":
        return 0
    kernel = layer.channels * (layer.in_channels // layer.groups) * layer.size * layer.size
    return kernel + layer.channels * (4 if layer.normalised else 1)


def read(path: Path, network: Plan) -> dict[int, Convolution]:
    """Parameters by layer index. Raises InvalidModel when the file is not exactly as long as the cfg says."""
    with path.open("rb") as file:
        header = file.read(12)
        if len(header) < 12:
            raise InvalidModel(f"“{path.name}” is cut short: {len(header)} bytes.", "Copy or download it again.")
        major, minor, _ = struct.unpack("<3i", header)
        if not (0 <= major < 1000 and 0 <= minor < 1000):
            raise InvalidModel(
                f"“{path.name}” is not a Darknet weights file.", "Choose the .weights file of this .cfg."
            )
        file.read(8 if major * 10 + minor >= 2 else 4)  # how many pictures it was trained on
        numbers = np.fromfile(file, "<f4")
        remainder = file.read()
    expected = sum(parameter_count(layer) for layer in network.layers)
    if numbers.size != expected or remainder:
        raise InvalidModel(
            f"“{path.name}” holds {numbers.size:,} numbers but its cfg describes {expected:,}.",
            "The two belong to different networks, or the file is cut short.",
        )
    if not np.isfinite(numbers).all():
        raise InvalidModel(f"“{path.name}” holds numbers that are not finite.", "The file is damaged.")
    return _split(numbers, network)


def _split(numbers: np.ndarray, network: Plan) -> dict[int, Convolution]:
    found: dict[int, Convolution] = {}
    position = 0

    def take(*shape: int) -> np.ndarray:
        nonlocal position
        count = int(np.prod(shape))
        position += count
        return numbers[position - count : position].reshape(shape)

    for layer in network.layers:
        if layer.kind != "convolutional":
            continue
        out = layer.channels
        bias = take(out)
        normal = {name: take(out) for name in ("gamma", "mean", "variance")} if layer.normalised else {}
        kernel = take(out, layer.in_channels // layer.groups, layer.size, layer.size)
        found[layer.index] = Convolution(kernel, bias, **normal)
    return found
