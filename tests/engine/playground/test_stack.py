"""Stacks: editing, recomputation, files, and numbers as written and typed."""

import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InvalidImage, InvalidSetting
from engine.playground import inputs, numbers
from engine.playground.document import from_json, open_stack, save_stack, to_json
from engine.playground.layers import LAYERS, ActivationLayer, Convolution, Dense, Flatten, Pooling
from engine.playground.stack import Runner, Stack
from tests.engine.playground.strategies import normal

IMAGE = normal(1, 8, 8, 1)


def test_layers_are_added_removed_and_moved():
    a, b, c = Convolution(), Pooling(), ActivationLayer()
    stack = Stack((a, b)).inserted(1, c)
    assert stack.layers == (a, c, b)
    assert stack.moved(2, 0).layers == (b, a, c)
    assert stack.removed(0).layers == (c, b)
    assert stack.with_layer(1, a).layers == (a, a, b)


def test_only_layers_behind_a_change_run_again():
    runner, stack = Runner(), Stack((Convolution(), ActivationLayer(), Pooling()))
    first = runner.run(stack, IMAGE)
    second = runner.run(stack.with_layer(1, ActivationLayer().change(function="tanh")), IMAGE)
    assert second[0] is first[0]
    np.testing.assert_allclose(second[1].result, np.tanh(IMAGE[1:-1, 1:-1]), rtol=1e-5)
    assert second[2].source is second[1].result
    other = runner.run(stack, IMAGE.copy())
    assert other[0] is not second[0]


def test_results_cannot_be_written():
    stage = Runner().run(Stack((Convolution(),)), IMAGE)[0]
    with pytest.raises(ValueError, match="read-only"):
        stage.result[0] = 1


def test_a_misfit_names_the_layer_and_keeps_the_last_result():
    runner = Runner()
    good = Stack((Convolution(),))
    before = runner.run(good, IMAGE)
    with pytest.raises(InvalidSetting, match=r"Layer 2, Dense: .* 6 × 6 × 1") as caught:
        runner.run(good.inserted(1, Dense()), IMAGE)
    assert "Flatten" in caught.value.hint
    with pytest.raises(InvalidSetting, match="Layer 3, Pooling"):
        runner.run(Stack((Convolution(), Flatten(), Pooling())), IMAGE)
    assert runner.run(good, IMAGE)[0] is before[0]


def test_a_stack_that_would_not_fit_in_memory_is_refused_before_work():
    huge = Stack(tuple(LAYERS["up_sampling"]().change(factor=8) for _ in range(4)))
    with pytest.raises(InvalidSetting, match="would make"):
        huge.shapes((64, 64, 1))


def test_saved_stacks_open_equal(tmp_path):
    layers = [kind() for kind in LAYERS.values()]
    layers += [Convolution().change(kernel=normal(2, 3, 5, 3, 2), flip=True), Dense().change(weights=normal(3, 4, 2))]
    stack = Stack(tuple(layers))
    save_stack(stack, tmp_path / "stack.json")
    again = open_stack(tmp_path / "stack.json")
    assert to_json(again) == to_json(stack)
    np.testing.assert_array_equal(again.layers[-2].kernel, layers[-2].kernel)


def changed(**values):
    data = to_json(Stack((Convolution(),)))
    data["layers"][0].update(values)
    return data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "not a stack"),
        ({"format": "x"}, "not a stack"),
        (to_json(Stack()) | {"version": 9}, "version 9"),
        (to_json(Stack()) | {"layers": 3}, "no list"),
        (to_json(Stack()) | {"layers": [{"kind": "attention"}]}, "unknown kind “attention”"),
        (to_json(Stack()) | {"layers": ["convolution"]}, "unknown kind"),
        (to_json(Stack()) | {"layers": [{"kind": "pooling"}] * 25}, "25 layers"),
        (changed(colour=1), "unknown setting “colour”"),
        (changed(bias=10**400), "The number is inf"),
        (changed(stride=10**400), "“stride” is inf"),
        (changed(kernel=[[[[10**400]]]]), "inf"),
        (changed(stride=0), "Stride is 0"),
        (changed(stride=1.5), "“stride” is 1.5"),
        (changed(stride=True), "“stride” is True"),
        (changed(padding="reflect"), "Padding is “reflect”"),
        (changed(stride=2, dilation=2), "Stride is 2 and dilation is 2"),
        (changed(kernel=[[1, 2], [3]]), "not a grid"),
        (changed(kernel=[[1, 2], [3, 4]]), "shape"),
        (changed(kernel=[[[[float("nan")]]]]), "nan"),
        (changed(kernel="box"), "not a grid"),
    ],
)
def test_bad_files_are_refused_with_a_reason(data, words, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    with pytest.raises(InvalidSetting, match=r"bad\.json") as caught:
        open_stack(path)
    assert words in str(caught.value)


def test_files_that_are_not_json_or_not_there(tmp_path):
    (tmp_path / "cut.json").write_text('{"format": ')
    with pytest.raises(InvalidSetting, match="not JSON"):
        open_stack(tmp_path / "cut.json")
    with pytest.raises(InvalidSetting, match="cannot be read"):
        open_stack(tmp_path / "none.json")


def test_unknown_layers_do_not_run_code():
    with pytest.raises(InvalidSetting):
        from_json(to_json(Stack()) | {"layers": [{"kind": "__class__"}]})


@settings(max_examples=300, deadline=None, derandomize=True)
@given(arrays(np.float32, st.integers(1, 121), elements=st.floats(-1e4, 1e4, width=32)), st.floats(-100, 100))
def test_written_parts_add_up_to_the_written_value(parts, bias):
    value = float(np.float32(parts.astype(np.float64).sum() + bias))
    written = numbers.write_sum(parts, bias, value)
    total = sum((Decimal(p.replace("−", "-")) for p in written.parts), Decimal(0))
    assert total == Decimal(written.subtotal.replace("−", "-"))
    assert total + Decimal(written.bias.replace("−", "-")) == Decimal(written.value.replace("−", "-"))
    unit = Decimal(1).scaleb(-len(written.value.partition(".")[2]))
    assert abs(float(written.value.replace("−", "-")) - value) <= float(unit) * 0.5 + 1e-9 * abs(value)
    for text, part in zip(written.parts, parts, strict=True):
        assert abs(float(text.replace("−", "-")) - float(part)) <= 2 * float(unit) + 1e-3


def test_whole_numbers_are_written_without_decimals():
    written = numbers.write_sum([1, -2, 4], 3, 6)
    assert (written.parts, written.subtotal, written.bias, written.value) == (("1", "−2", "4"), "3", "3", "6")


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), (" −2 ", -2), ("0,25", 0.25), ("1e3", 1000), ("-1000000", -1e6)]
)
def test_typed_numbers(text, number):
    assert numbers.parse(text) == number


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("two", "“two”"), ("nan", "nan"), ("1e9", "1e\\+09"), ("inf", "inf")]
)
def test_typed_nonsense_is_refused(text, words):
    with pytest.raises(InvalidSetting, match=words):
        numbers.parse(text)


@pytest.mark.parametrize("key", inputs.SOURCES)
def test_every_listed_input_can_be_worked_on(key):
    given = inputs.from_source(key, grey=True)
    assert given.values.shape[2] == 1
    assert given.values.dtype == np.float32
    assert max(given.values.shape) <= inputs.WORKING_SIDE
    assert np.isfinite(given.values).all()
    assert given.small == (not inputs.SOURCES[key].photo and key != "wave")
    if inputs.SOURCES[key].photo:
        assert 0 <= given.values.min() < given.values.max() <= 1
        assert inputs.from_source(key).values.shape[2] == 3


def test_large_and_tiny_pictures_become_workable():
    large = inputs.from_pixels(np.zeros((4000, 5000, 3), np.uint8), "scan")
    assert large.values.shape == (410, 512, 3)
    assert large.notes == ("5000 × 4000 pixels, worked on at 512 × 410.",)
    tiny = inputs.from_pixels(np.full((1, 1, 3), 255, np.uint8), "dot", grey=True)
    np.testing.assert_allclose(tiny.values, [[[1]]], rtol=1e-6)
    blur = Stack((Convolution().change(padding="same"), Pooling().change(operation="global_max")))
    np.testing.assert_allclose(Runner().run(blur, tiny.values)[-1].result, [1], rtol=1e-6)
    with pytest.raises(InvalidImage, match="shape"):
        inputs.from_pixels(np.zeros((4, 4), np.uint8), "grey")


def test_an_edited_cell_leaves_the_original():
    given = inputs.from_source("square")
    changed_input = inputs.edited(given, (0, 0, 0), 7)
    assert changed_input.values[0, 0, 0] == 7
    assert given.values[0, 0, 0] == 0
    assert changed_input.name == "Square 5 × 5 (edited)"
