"""Where windows lie along one axis: output sizes, padding, unused edges and the inputs of a cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidSetting

PADDINGS = ("valid", "same")


@dataclass(frozen=True, slots=True)
class Axis:
    """Windows of a convolution or pooling along one axis; all counts are cells."""

    size: int  # of the input
    kernel: int
    stride: int
    dilation: int
    padding: str  # "valid" or "same"
    output: int
    before: int  # padding cells in front
    after: int  # padding cells behind

    @property
    def extent(self) -> int:
        """Cells from the first to the last tap of a window."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def unused(self) -> int:
        """Cells at the far edge that no window reaches; only "valid" padding leaves any."""
        reached = (self.output - 1) * self.stride - self.before + self.extent
        return max(self.size - reached, 0)

    def taps(self, index: int) -> np.ndarray:
        """Input positions (kernel,) of the window that makes output `index`; those outside [0, size) are padding."""
        return index * self.stride - self.before + self.dilation * np.arange(self.kernel)

    def span(self, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last input position that outputs `first`..`last` depend on, padding included."""
        return first * self.stride - self.before, last * self.stride - self.before + self.extent - 1

    def formula(self) -> str:
        """The rule of the output size with the numbers filled in."""
        if self.padding == "same":
            return f"⌈{self.size} / {self.stride}⌉ = {self.output}"
        return f"⌊({self.size} − {self.extent}) / {self.stride}⌋ + 1 = {self.output}"


def lay(size: int, kernel: int, stride: int = 1, dilation: int = 1, padding: str = "valid") -> Axis:
    """Lay windows along an axis as TensorFlow does: "same" puts the odd padding cell behind.

    Raises InvalidSetting for counts below 1, an unknown padding, or a window longer than the axis when "valid".
    """
    for word, count in (("Kernel size", kernel), ("Stride", stride), ("Dilation", dilation)):
        if count < 1:
            raise InvalidSetting(f"{word} is {count}.", "It must be 1 or more.")
    if padding not in PADDINGS:
        raise InvalidSetting(f"Padding is “{padding}”.", "It is either valid or same.")
    extent = (kernel - 1) * dilation + 1
    if padding == "same":
        output = -(-size // stride)
        total = max((output - 1) * stride + extent - size, 0)
        return Axis(size, kernel, stride, dilation, padding, output, total // 2, total - total // 2)
    if extent > size:
        spread = f" ({kernel} taps, dilation {dilation})" if dilation > 1 else ""
        raise InvalidSetting(
            f"The window is {extent} cells long{spread} but its input has only {size}.",
            "Choose a smaller window, padding same, or a larger input.",
        )
    return Axis(size, kernel, stride, dilation, padding, (size - extent) // stride + 1, 0, 0)


@dataclass(frozen=True, slots=True)
class TransposedAxis:
    """Windows of a transposed convolution along one axis: each input cell stamps `kernel` outputs."""

    size: int
    kernel: int
    stride: int
    padding: str
    output: int
    crop: int  # cells cut off in front of the full stamped length

    def sources(self, index: int) -> np.ndarray:
        """Input positions whose stamps reach output `index`, ascending; may be empty when the kernel is short."""
        first, last = self.span(np.asarray(index), np.asarray(index))
        return np.arange(max(int(first), 0), min(int(last), self.size - 1) + 1)

    def span(self, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last input position that outputs `first`..`last` depend on."""
        return -((self.kernel - 1 - first - self.crop) // self.stride), (last + self.crop) // self.stride

    def formula(self) -> str:
        """The rule of the output size with the numbers filled in."""
        if self.padding == "same":
            return f"{self.size} · {self.stride} = {self.output}"
        return f"({self.size} − 1) · {self.stride} + max({self.kernel}, {self.stride}) = {self.output}"


def lay_transposed(size: int, kernel: int, stride: int = 1, padding: str = "valid") -> TransposedAxis:
    """Lay the stamps of a transposed convolution as Keras does; raises InvalidSetting as `lay` does."""
    lay(max(size, kernel), kernel, stride, 1, padding)  # the same checks; any input is long enough for a stamp
    if padding == "same":
        return TransposedAxis(size, kernel, stride, padding, size * stride, max(kernel - stride, 0) // 2)
    return TransposedAxis(size, kernel, stride, padding, (size - 1) * stride + max(kernel, stride), 0)
