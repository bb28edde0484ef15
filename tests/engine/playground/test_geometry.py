"""Geometry against Keras and hand-worked tables: sizes, unused edges and receptive fields."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.playground.geometry import lay, lay_transposed
from engine.playground.layers import (
    ActivationLayer,
    Convolution,
    Dense,
    Flatten,
    Pooling,
    TransposedConvolution,
    UpSampling,
)
from engine.playground.receptive import Box, field_of, field_size
from engine.playground.stack import Runner, Stack
from tests.engine.playground.strategies import normal

quick = settings(max_examples=300, deadline=None, derandomize=True)


def conv(side, stride=1, padding="same", dilation=1):
    return Convolution().change(kernel=np.ones((side, side, 1, 1)), stride=stride, padding=padding, dilation=dilation)


def pool(size, stride):
    return Pooling().change(size=size, stride=stride)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding", "output", "unused"),
    [
        (5, 3, 1, 1, "valid", 3, 0),
        (5, 3, 1, 1, "same", 5, 0),
        (5, 2, 2, 1, "valid", 2, 1),
        (7, 3, 1, 2, "valid", 3, 0),
        (224, 7, 2, 1, "same", 112, 0),
        (227, 11, 4, 1, "valid", 55, 0),
        (224, 11, 4, 1, "valid", 54, 1),
        (10, 1, 4, 1, "valid", 3, 1),
        (1, 1, 1, 1, "valid", 1, 0),
    ],
)
def test_output_sizes_worked_by_hand(size, kernel, stride, dilation, padding, output, unused):
    axis = lay(size, kernel, stride, dilation, padding)
    assert (axis.output, axis.unused) == (output, unused)
    assert axis.formula().endswith(f"= {output}")


def test_tensorflow_pads_more_behind_than_in_front():
    axis = lay(6, 3, 2, 1, "same")
    assert (axis.before, axis.after) == (0, 1)
    assert axis.taps(0).tolist() == [0, 1, 2]
    assert axis.taps(2).tolist() == [4, 5, 6]


@quick
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 6), st.integers(1, 4), st.sampled_from(["valid", "same"]))
def test_windows_cover_the_axis(size, kernel, stride, dilation, padding):
    if padding == "valid" and (kernel - 1) * dilation + 1 > size:
        with pytest.raises(InvalidSetting):
            lay(size, kernel, stride, dilation, padding)
        return
    axis = lay(size, kernel, stride, dilation, padding)
    windows = [axis.taps(i) for i in range(axis.output)]
    assert windows[0][0] == -axis.before
    assert max(windows[-1][-1] + 1 - size, 0) == axis.after
    assert axis.unused == max(size - 1 - windows[-1][-1], 0)
    low, high = axis.span(np.arange(axis.output), np.arange(axis.output))
    assert [(w[0], w[-1]) for w in windows] == list(zip(low, high, strict=True))


@quick
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 5), st.sampled_from(["valid", "same"]))
def test_transposed_sources_are_those_that_stamp_the_cell(size, kernel, stride, padding):
    axis = lay_transposed(size, kernel, stride, padding)
    for index in range(axis.output):
        expected = [i for i in range(size) if i * stride <= index + axis.crop < i * stride + kernel]
        assert axis.sources(index).tolist() == expected


@pytest.mark.parametrize(
    ("word", "change"), [("Stride", {"stride": 0}), ("Kernel", {"kernel": 0}), ("Dilation", {"dilation": -1})]
)
def test_counts_below_one_are_refused(word, change):
    with pytest.raises(InvalidSetting, match=word):
        lay(**{"size": 5, "kernel": 3} | change)


def test_a_window_larger_than_its_input_names_both():
    with pytest.raises(InvalidSetting, match=r"5 cells long \(3 taps, dilation 2\).* only 4"):
        lay(4, 3, 1, 2)


VGG16 = [layer for block in (2, 2, 3, 3, 3) for layer in [*[conv(3)] * block, pool(2, 2)]]
ALEXNET = [
    conv(11, 4, "valid"), pool(3, 2), conv(5), pool(3, 2), conv(3), conv(3), conv(3), pool(3, 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "size", "field"), [(VGG16, 512, 212), (ALEXNET, 227, 195), ([conv(3)] * 3, 20, 7), ([], 9, 1)]
)
def test_receptive_fields_of_published_networks(layers, size, field):
    """212 and 195 are the values of Araujo, Norris and Sim (Distill 2019)."""
    stack = Stack(tuple(layers))
    assert field_size(stack.layers, stack.shapes((size, size, 1))) == (field, field)


LAYER_CHOICES = [
    conv(3), conv(2, 2), conv(3, 1, "same", 2), pool(2, 2), pool(3, 1), UpSampling(), ActivationLayer(),
    UpSampling().change(factor=3, interpolation="bilinear"),
    TransposedConvolution().change(kernel=np.ones((3, 3, 1, 1)), stride=2),
    TransposedConvolution().change(kernel=np.ones((2, 2, 1, 1)), stride=2, padding="same"),
]  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(LAYER_CHOICES), min_size=1, max_size=3), st.data())
def test_only_the_receptive_field_changes_the_cell(layers, data):
    """Changing everything outside the box leaves the cell; every border of the box can matter."""
    stack, image = Stack(tuple(layers)), normal(5, 12, 13, 1)
    shapes = stack.shapes(image.shape)
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in shapes[-1])
    box = field_of(stack.layers, shapes, cell).clipped(image.shape)
    other = normal(6, 12, 13, 1)
    other[box.top : box.bottom + 1, box.left : box.right + 1] = image[
        box.top : box.bottom + 1, box.left : box.right + 1
    ]
    ours, theirs = Runner().run(stack, image)[-1].result, Runner().run(stack, other)[-1].result
    assert ours[cell] == pytest.approx(theirs[cell], rel=1e-5, abs=1e-5)


def test_receptive_field_of_vectors():
    stack = Stack((conv(3), Flatten()))
    shapes = stack.shapes((6, 6, 1))
    assert field_of(stack.layers, shapes, (6 * 2 + 3,)) == Box(1, 3, 2, 4)
    deeper = Stack((*stack.layers, ActivationLayer(), Dense()))
    assert field_of(deeper.layers, deeper.shapes((6, 6, 1)), (1,)).clipped((6, 6, 1)) == Box(0, 5, 0, 5)
    assert field_size(deeper.layers, deeper.shapes((6, 6, 1))) == (8, 8)
