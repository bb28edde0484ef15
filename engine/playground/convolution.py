"""Convolution as networks mean it (cross-correlation): ordinary and depthwise, any stride, padding and dilation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from threadpoolctl import ThreadpoolController

from engine.errors import InvalidSetting
from engine.playground.geometry import Axis, lay

# OpenCV changes to a Fourier transform, slow and less exact for a sparse kernel, from about this many taps on.
_DIRECT_AREA = 121
# One matrix product beats filter calls, one a pair of channels and phase of the stride, from this many on, up to this
# many taps.
_CALLS, _TAPS = 48, 36
_BLOCK = 1 << 19  # floats of unfolded windows held at once: 2 MB stay in the processor's cache
_BAND = 1 << 20  # floats of one band of all planes: 4 MB stay in the processor's cache
_MOST_MERGED = 512  # channels that OpenCV interleaves at once


def convolve(
    image: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | float = 0.0,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> np.ndarray:
    """Cross-correlate an image with a bank of filters.

    image: (H, W, C) float32. kernel: (kh, kw, C, F) float32. bias: a number or (F,). Returns (H', W', F) float32,
    equal to keras.layers.Conv2D of the same settings. Raises InvalidSetting when kernel and image do not fit, and for
    stride and dilation both above 1, which Keras refuses.
    """
    rows, columns = _laid(image, kernel, stride, padding, dilation)
    channels, filters = kernel.shape[2:]
    calls = channels * filters * min(stride, kernel.shape[0]) * min(stride, kernel.shape[1])
    if channels > 1 and calls >= _CALLS and kernel.shape[0] * kernel.shape[1] <= _TAPS:
        result = _by_matrix(image, kernel, rows, columns)
    elif channels == filters == 1:
        result = _correlate(_planes(image)[0], kernel[:, :, 0, 0], rows, columns)[:, :, None]
    else:
        result = _by_bands(image, kernel, rows, columns)
    return _with_bias(result, bias)


def depthwise(
    image: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | float = 0.0,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> np.ndarray:
    """Cross-correlate every channel with filters of its own.

    image: (H, W, C) float32. kernel: (kh, kw, C, M) float32, M filters a channel. Returns (H', W', C * M) float32,
    equal to keras.layers.DepthwiseConv2D. Raises InvalidSetting as `convolve` does.
    """
    rows, columns = _laid(image, kernel, stride, padding, dilation)
    planes = _planes(image)
    result = _stacked(
        [
            _correlate(planes[c], kernel[:, :, c, m], rows, columns)
            for c in range(kernel.shape[2])
            for m in range(kernel.shape[3])
        ]
    )
    return _with_bias(result, bias)


def check_stride_and_dilation(stride: int, dilation: int) -> None:
    """Raise InvalidSetting for the combination that Keras refuses."""
    if stride > 1 and dilation > 1:
        raise InvalidSetting(
            f"Stride is {stride} and dilation is {dilation}.", "Keras accepts only one of them above 1; set one to 1."
        )


def _laid(image: np.ndarray, kernel: np.ndarray, stride: int, padding: str, dilation: int) -> tuple[Axis, Axis]:
    check_stride_and_dilation(stride, dilation)
    if image.ndim != 3 or kernel.ndim != 4 or image.shape[2] != kernel.shape[2]:
        raise InvalidSetting(
            f"A kernel of shape {kernel.shape} does not fit an image of shape {image.shape}.",
            "Expected (height, width, channels, filters) and (height, width, channels).",
        )
    return (
        lay(image.shape[0], kernel.shape[0], stride, dilation, padding),
        lay(image.shape[1], kernel.shape[1], stride, dilation, padding),
    )


def _planes(image: np.ndarray) -> list[np.ndarray]:
    """The channels (H, W) float32, contiguous each."""
    if image.shape[2] == 1:
        return [np.ascontiguousarray(image[:, :, 0], np.float32)]
    return list(cv2.split(np.ascontiguousarray(image, np.float32)))


def _stacked(planes: Sequence[np.ndarray]) -> np.ndarray:
    """Channels back to (H, W, C); OpenCV interleaves twice as fast as NumPy, up to a limit."""
    if len(planes) == 1:
        return planes[0][:, :, None]
    if len(planes) > _MOST_MERGED:
        return np.stack(planes, axis=2)
    merged = cv2.merge(tuple(planes))
    return merged.reshape(*planes[0].shape, len(planes))


def _with_bias(result: np.ndarray, bias: np.ndarray | float) -> np.ndarray:
    return result + np.asarray(bias, np.float32) if np.any(bias) else result


def _by_bands(image: np.ndarray, kernel: np.ndarray, rows: Axis, columns: Axis) -> np.ndarray:
    """Every pair of channel and filter by itself, band after band of rows, so that all planes of a band stay cached."""
    channels, filters = kernel.shape[2:]
    result = np.empty((rows.output, columns.output, filters), np.float32)
    height = max(_BAND // (columns.output * max(channels, filters)), rows.extent, 8)
    for first in range(0, rows.output, height):
        last = min(first + height, rows.output)
        start = first * rows.stride - rows.before
        end = (last - 1) * rows.stride - rows.before + rows.extent
        part = image[max(start, 0) : end]
        band = replace(rows, size=part.shape[0], output=last - first, before=max(-start, 0))
        planes, sums = _planes(part), []
        for f in range(filters):
            total = _correlate(planes[0], kernel[:, :, 0, f], band, columns)
            for c in range(1, channels):
                cv2.add(total, _correlate(planes[c], kernel[:, :, c, f], band, columns), dst=total)
            sums.append(total)
        result[first:last] = _stacked(sums)
    return result


def _correlate(plane: np.ndarray, kernel: np.ndarray, rows: Axis, columns: Axis) -> np.ndarray:
    """One plane (H, W) with one kernel (kh, kw): stride by stride phases, each a dense filter at stride 1.

    Output o of stride s reads input o * s + t for tap offsets t. Writing t = q * s + p splits the input into s phases
    input[p::s] that are read at o + q: an ordinary filter that computes no output which the stride would drop.
    """
    total: np.ndarray | None = None
    row_phases, column_phases = _phases(rows), _phases(columns)
    for p, (row_taps, row_lags) in row_phases.items():
        for q, (column_taps, column_lags) in column_phases.items():
            phase = _phase(plane, p, q, rows, columns)
            part = _filter(phase, kernel[np.ix_(row_taps, column_taps)], row_lags, column_lags)
            part = part[: rows.output, : columns.output]
            total = part if total is None else cv2.add(total, part)
    assert total is not None  # every window has a tap, so there is a phase
    return total


def _phases(axis: Axis) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Phase of the input -> the taps that read it and by how many outputs each is shifted."""
    lags, phases = np.divmod(axis.dilation * np.arange(axis.kernel) - axis.before, axis.stride)
    return {int(p): (np.flatnonzero(phases == p), lags[phases == p]) for p in np.unique(phases)}


def _phase(plane: np.ndarray, p: int, q: int, rows: Axis, columns: Axis) -> np.ndarray:
    part = plane[p :: rows.stride, q :: columns.stride]
    height, width = max(part.shape[0], rows.output), max(part.shape[1], columns.output)
    if part.shape == (height, width):
        return np.ascontiguousarray(part)
    padded = np.zeros((height, width), np.float32)
    padded[: part.shape[0], : part.shape[1]] = part
    return padded


def _filter(plane: np.ndarray, kernel: np.ndarray, row_lags: np.ndarray, column_lags: np.ndarray) -> np.ndarray:
    """sum kernel[i, j] * plane[y + row_lags[i], x + column_lags[j]], zero outside; same size as the plane."""
    top, left = min(int(row_lags[0]), 0), min(int(column_lags[0]), 0)
    spread = np.zeros((max(int(row_lags[-1]), 0) - top + 1, max(int(column_lags[-1]), 0) - left + 1), np.float32)
    spread[np.ix_(row_lags - top, column_lags - left)] = kernel
    if spread.size <= _DIRECT_AREA:
        return cv2.filter2D(plane, cv2.CV_32F, spread, anchor=(-left, -top), borderType=cv2.BORDER_CONSTANT)
    return _filter_by_rows(plane, spread, top, left)


def _filter_by_rows(plane: np.ndarray, spread: np.ndarray, top: int, left: int) -> np.ndarray:
    """A large, mostly empty kernel row by row, since OpenCV skips zeros only in small kernels."""
    height = plane.shape[0]
    total = np.zeros_like(plane)
    for i in np.flatnonzero(spread.any(axis=1)):
        lag = int(i) + top
        if abs(lag) < height:
            source = plane[max(lag, 0) : height + min(lag, 0)]
            part = cv2.filter2D(
                np.ascontiguousarray(source),
                cv2.CV_32F,
                spread[i : i + 1],
                anchor=(-left, 0),
                borderType=cv2.BORDER_CONSTANT | cv2.BORDER_ISOLATED,
            )
            target = total[max(-lag, 0) : height - max(lag, 0)]
            cv2.add(target, part, dst=target)
    return total


@cache
def _blas() -> ThreadpoolController:
    """OpenBLAS' threads spin while they wait: small products beside a busy TensorFlow become 100 times slower."""
    return ThreadpoolController()


def _by_matrix(image: np.ndarray, kernel: np.ndarray, rows: Axis, columns: Axis) -> np.ndarray:
    """Unfold windows into the columns of a matrix and multiply, a few output rows at a time.

    Channel by channel, the unfolded rows are runs of the image's own rows, which copy fast.
    """
    channels, filters = kernel.shape[2:]
    taps = rows.kernel * columns.kernel * channels
    padding = ((rows.before, rows.after), (columns.before, columns.after))
    planes = np.stack([np.pad(plane, padding) for plane in _planes(image)])
    weights = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1).reshape(filters, taps), np.float32)
    result = np.empty((filters, rows.output, columns.output), np.float32)
    block = min(max(_BLOCK // (columns.output * taps), 1), rows.output)
    unfolded = np.empty((channels, rows.kernel, columns.kernel, block, columns.output), np.float32)
    for first in range(0, rows.output, block):
        count = min(block, rows.output - first)
        for i in range(rows.kernel):
            top = first * rows.stride + i * rows.dilation
            lines = planes[:, top : top + (count - 1) * rows.stride + 1 : rows.stride]
            for j in range(columns.kernel):
                left = j * columns.dilation
                run = slice(left, left + (columns.output - 1) * columns.stride + 1, columns.stride)
                unfolded[:, i, j, :count] = lines[:, :, run]
        window = unfolded[:, :, :, :count].reshape(taps, count * columns.output)
        with _blas().limit(limits=1, user_api="blas"):
            result[:, first : first + count] = (weights @ window).reshape(filters, count, columns.output)
    return _stacked(list(result))
