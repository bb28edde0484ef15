"""Convolution, depthwise convolution and transposed convolution as layers with an editable kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.errors import InvalidSetting
from engine.playground.convolution import check_stride_and_dilation, convolve, depthwise
from engine.playground.geometry import Axis, TransposedAxis, lay, lay_transposed
from engine.playground.kernels import LARGEST_SIDE, make_kernel, resized
from engine.playground.layers.base import KerasCode, Layer, Shape, frozen, literal, setting
from engine.playground.trace import Trace, trace_sum
from engine.playground.transposed import convolve_transposed

MOST_FILTERS = 8
_PADDING = (("valid", "valid: no padding"), ("same", "same: pad with zeros"))


def _first_kernel() -> np.ndarray:
    return frozen(make_kernel("identity")[:, :, None, None])


@dataclass(frozen=True, eq=False)
class KernelLayer(Layer):
    """What the layers with a kernel share.

    kernel: (kh, kw, C, F) float32. C is 1 when all input channels use the same grid, otherwise the number of input
    channels; F is the number of filters.
    """

    kernel: np.ndarray = field(default_factory=_first_kernel)
    bias: float = setting(0.0, "Bias", "Added to every output cell.", minimum=-1e6, maximum=1e6, step=0.1)
    stride: int = setting(1, "Stride", "Cells the window moves from one output to the next.", minimum=1, maximum=8)
    padding: str = setting("valid", "Padding", "What happens where the window leaves the input.", choices=_PADDING)

    def check(self) -> None:
        """Raise InvalidSetting when a setting or the kernel is out of range."""
        super().check()
        if self.kernel.ndim != 4 or 0 in self.kernel.shape:
            raise InvalidSetting(f"The kernel has shape {self.kernel.shape}.", "Expected (height, width, 1 or C, F).")
        height, width, _, filters = self.kernel.shape
        if max(height, width) > LARGEST_SIDE or filters > MOST_FILTERS:
            raise InvalidSetting(
                f"The kernel is {height} × {width} with {filters} filters.",
                f"At most {LARGEST_SIDE} × {LARGEST_SIDE} and {MOST_FILTERS} filters fit on the screen.",
            )

    def change(self, **values: Any) -> Layer:
        """The layer with other settings; a kernel is copied and frozen."""
        if "kernel" in values:
            values["kernel"] = frozen(values["kernel"])
        return super().change(**values)

    def resized(self, height: int, width: int) -> Layer:
        """The same kernel cut or padded around its centre."""
        for side in (height, width):
            if not 1 <= side <= LARGEST_SIDE:
                raise InvalidSetting(f"The kernel would be {height} × {width}.", f"Sides are 1 to {LARGEST_SIDE}.")
        return self.change(kernel=resized(self.kernel, height, width))

    def with_grid(self, grid: np.ndarray, channel: int = 0, index: int = 0) -> Layer:
        """The layer with one (kh, kw) grid replaced; a grid of another size resizes all the others first."""
        kernel = np.array(resized(self.kernel, *grid.shape))
        kernel[:, :, channel, index] = grid
        return self.change(kernel=kernel)

    def with_channels(self, channels: int) -> Layer:
        """One grid for all channels (1) or a grid a channel; a new grid starts as a copy of the first."""
        kernel = np.repeat(self.kernel[:, :, :1], channels, axis=2)
        kept = min(channels, self.kernel.shape[2])
        kernel[:, :, :kept] = self.kernel[:, :, :kept]
        return self.change(kernel=kernel)

    def with_filters(self, filters: int) -> Layer:
        """Keep the first filters; new ones start as a copy of the last."""
        if not 1 <= filters <= MOST_FILTERS:
            raise InvalidSetting(f"There would be {filters} filters.", f"Choose 1 to {MOST_FILTERS}.")
        return self.change(kernel=self.kernel[..., np.minimum(np.arange(filters), self.kernel.shape[3] - 1)])

    def spread(self, channels: int) -> np.ndarray:
        """The kernel (kh, kw, channels, F) with the shared grid repeated; raises InvalidSetting if it cannot fit."""
        own = self.kernel.shape[2]
        if own == 1:
            return np.repeat(self.kernel, channels, axis=2)
        if own != channels:
            raise InvalidSetting(
                f"The kernel has {own} channels but its input has {channels}.",
                "Use one grid for all channels, or an input with as many.",
            )
        return self.kernel

    def _literal(self, kernel: np.ndarray, channels: int) -> str:
        """Source of the kernel in use, short when all channels share a grid."""
        shared = self.kernel.shape[2] == 1
        shown = kernel[:, :, :1] if shared else kernel
        text = f"{literal(shown[:, :, 0, 0])}[:, :, None, None]" if shown.shape[2:] == (1, 1) else literal(shown)
        return f"np.repeat({text}, {channels}, axis=2)" if shared and channels > 1 else text


@dataclass(frozen=True, eq=False)
class Convolution(KernelLayer):
    """Slides a window over the input; every output cell is a weighted sum."""

    kind = "convolution"
    title = "Convolution"

    dilation: int = setting(1, "Dilation", "Distance between the taps of the window.", minimum=1, maximum=8)
    depthwise: bool = setting(False, "Depthwise", "Filter each channel on its own instead of adding them up.")
    normalise: bool = setting(False, "Normalise", "Divide each filter by its sum.", advanced=True)
    flip: bool = setting(
        False,
        "Flip kernel",
        "What networks call convolution is cross-correlation: the kernel is not turned. This turns it by 180°.",
        advanced=True,
    )

    def check(self) -> None:
        """Raise InvalidSetting when a setting is out of range or Keras refuses the combination."""
        super().check()
        check_stride_and_dilation(self.stride, self.dilation)

    def greyed(self) -> dict[str, str]:
        """Stride and dilation exclude each other in Keras."""
        if self.stride > 1:
            return {"dilation": f"Keras refuses dilation with a stride above 1 (it is {self.stride})."}
        if self.dilation > 1:
            return {"stride": f"Keras refuses a stride with dilation above 1 (it is {self.dilation})."}
        return {}

    def effective(self, channels: int) -> np.ndarray:
        """The kernel (kh, kw, channels, F) as it is applied: spread, normalised and flipped."""
        kernel = self.spread(channels)
        if self.normalise:
            axes = (0, 1) if self.depthwise else (0, 1, 2)
            total = kernel.sum(axis=axes, keepdims=True, dtype=np.float64)
            size = np.abs(kernel).sum(axis=axes, keepdims=True, dtype=np.float64)
            # A filter that sums to zero, such as Sobel, has no mean to keep; its size is made 1 instead.
            scale = np.where(np.abs(total) > 1e-6 * size, total, np.where(size > 0, size, 1))
            kernel = (kernel / scale).astype(np.float32)
        return kernel[::-1, ::-1] if self.flip else kernel

    def windows(self, shape: Shape) -> tuple[Axis, Axis]:
        """How windows lie along height and width."""
        height, width, _ = self.need_image(shape)
        kh, kw = self.kernel.shape[:2]
        return (
            lay(height, kh, self.stride, self.dilation, self.padding),
            lay(width, kw, self.stride, self.dilation, self.padding),
        )

    def output_shape(self, shape: Shape) -> Shape:
        """(H', W', F), or (H', W', C * F) when depthwise."""
        rows, columns = self.windows(shape)
        channels, filters = self.spread(shape[2]).shape[2:]
        return rows.output, columns.output, channels * filters if self.depthwise else filters

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The weighted sums."""
        self.need_image(values.shape)
        work = depthwise if self.depthwise else convolve
        kernel = self.effective(values.shape[2])
        return work(values, kernel, self.bias, self.stride, self.padding, self.dilation)

    def parameters(self, shape: Shape) -> int:
        """Weights and one bias an output channel."""
        return self.spread(shape[2]).size + self.output_shape(shape)[2]

    def multiply_adds(self, shape: Shape) -> int:
        """Taps of every output cell."""
        height, width, channels = self.output_shape(shape)
        taps = self.kernel.shape[0] * self.kernel.shape[1] * (1 if self.depthwise else shape[2])
        return height * width * channels * taps

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """The window, the kernel over it and the bias."""
        rows, columns = self.windows(values.shape)
        kernel = self.effective(values.shape[2])
        if self.depthwise:
            channel, index = divmod(cell[2], kernel.shape[3])
            channels = np.array([channel])
        else:
            channels, index = np.arange(values.shape[2]), cell[2]
        window = (rows.taps(cell[0]), columns.taps(cell[1]), channels)
        return trace_sum(values, float(result[cell]), window, kernel[:, :, channels, index], self.bias)

    def code(self, shape: Shape) -> KerasCode:
        """Conv2D or DepthwiseConv2D."""
        kernel = self.effective(shape[2])
        size = f"{kernel.shape[0]}, {kernel.shape[1]}"
        rest = f'strides={self.stride}, padding="{self.padding}", dilation_rate={self.dilation}'
        outputs = self.output_shape(shape)[2]
        if self.depthwise:
            call = f"DepthwiseConv2D(({size}), depth_multiplier={kernel.shape[3]}, {rest})"
        else:
            call = f"Conv2D({kernel.shape[3]}, ({size}), {rest})"
        return KerasCode(call, (self._literal(kernel, shape[2]), f'np.full({outputs}, {self.bias!r}, "float32")'))


@dataclass(frozen=True, eq=False)
class TransposedConvolution(KernelLayer):
    """Every input cell stamps the kernel onto a larger output; overlapping stamps add up."""

    kind = "transposed_convolution"
    title = "Transposed convolution"

    def windows(self, shape: Shape) -> tuple[TransposedAxis, TransposedAxis]:
        """How stamps lie along height and width."""
        height, width, _ = self.need_image(shape)
        kh, kw = self.kernel.shape[:2]
        return (
            lay_transposed(height, kh, self.stride, self.padding),
            lay_transposed(width, kw, self.stride, self.padding),
        )

    def output_shape(self, shape: Shape) -> Shape:
        """(H', W', F)."""
        rows, columns = self.windows(shape)
        return rows.output, columns.output, self.spread(shape[2]).shape[3]

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Stamp and add."""
        self.need_image(values.shape)
        kernel = self.spread(values.shape[2]).transpose(0, 1, 3, 2)
        return convolve_transposed(values, kernel, self.bias, self.stride, self.padding)

    def parameters(self, shape: Shape) -> int:
        """Weights and one bias a filter."""
        kernel = self.spread(shape[2])
        return kernel.size + kernel.shape[3]

    def multiply_adds(self, shape: Shape) -> int:
        """Every input cell meets every weight."""
        return shape[0] * shape[1] * self.spread(shape[2]).size

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """The input cells whose stamps reach the cell, each with the weight that lands on it."""
        rows, columns = self.windows(values.shape)
        sources = rows.sources(cell[0]), columns.sources(cell[1])
        channels = np.arange(values.shape[2])
        taps = cell[0] + rows.crop - sources[0] * self.stride, cell[1] + columns.crop - sources[1] * self.stride
        weights = self.spread(values.shape[2])[..., cell[2]][np.ix_(*taps, channels)]
        notes = () if weights.size else ("No stamp reaches this cell: the stride is larger than the kernel.",)
        return trace_sum(values, float(result[cell]), (*sources, channels), weights, self.bias, notes)

    def code(self, shape: Shape) -> KerasCode:
        """Conv2DTranspose, whose kernel has filters before channels."""
        kernel = self.spread(shape[2])
        call = (
            f"Conv2DTranspose({kernel.shape[3]}, ({kernel.shape[0]}, {kernel.shape[1]}), "
            f'strides={self.stride}, padding="{self.padding}")'
        )
        weights = f"{self._literal(kernel, shape[2])}.transpose(0, 1, 3, 2)"
        return KerasCode(call, (weights, f'np.full({kernel.shape[3]}, {self.bias!r}, "float32")'))
