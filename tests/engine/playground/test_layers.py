"""Every layer, alone and stacked, against the Keras code it is shown as."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.playground.codegen import keras_code
from engine.playground.kernels import PRESETS, Wave, make_kernel, recognise
from engine.playground.layers import (
    LAYERS,
    ActivationLayer,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Pooling,
    TransposedConvolution,
    UpSampling,
    settings_of,
)
from engine.playground.numbers import to_decimal
from engine.playground.stack import Runner, Stack
from tests.engine.playground.strategies import assert_equal, normal

CONVOLUTION = Convolution().change(kernel=normal(7, 3, 3, 1, 2))

CASES = {
    "shared grid": CONVOLUTION.change(bias=0.5, padding="same", stride=2),
    "grid a channel": Convolution().change(kernel=normal(8, 3, 5, 3, 4), dilation=2, padding="same"),
    "depthwise": CONVOLUTION.change(depthwise=True, normalise=True),
    "normalised zero sum": Convolution().change(kernel=make_kernel("sobel")[:, :, None, None], normalise=True),
    "flipped": CONVOLUTION.change(flip=True),
    "transposed": TransposedConvolution().change(kernel=normal(9, 3, 2, 3, 2), stride=2, padding="same", bias=1.0),
    "transposed, short kernel": TransposedConvolution().change(kernel=normal(9, 1, 2, 1, 2), stride=3),
    "max": Pooling().change(size=3, padding="same"),
    "average": Pooling().change(operation="average", size=3, stride=1, padding="same"),
    "global max": Pooling().change(operation="global_max"),
    "global average": Pooling().change(operation="global_average"),
    "leaky": ActivationLayer().change(function="leaky_relu", parameter=0.2),
    "softmax": ActivationLayer().change(function="softmax"),
    "batch statistics": BatchNormalisation().change(gamma=2.0, beta=-1.0),
    "stored statistics": BatchNormalisation().change(training=False, mean=0.3, variance=4.0),
    "dropout": Dropout().change(rate=0.4, seed=3),
    "dropout in use": Dropout().change(training=False),
    "nearest": UpSampling().change(factor=3),
    "bilinear": UpSampling().change(factor=2, interpolation="bilinear"),
    "flatten": Flatten(),
}


def run_code(stack: Stack, image: np.ndarray) -> tuple[np.ndarray, keras.Model]:
    names: dict = {}
    exec(keras_code(stack, image.shape), names)
    return np.asarray(names["model"](image[None]))[0], names["model"]


def assert_code_agrees(stack: Stack, image: np.ndarray) -> None:
    stages = Runner().run(stack, image)
    reference, model = run_code(stack, image)
    assert_equal(stages[-1].result, reference)
    assert sum(stage.parameters for stage in stages) == model.count_params()
    assert stack.shapes(image.shape)[-1] == reference.shape


@pytest.mark.parametrize("name", CASES)
def test_shown_code_gives_the_same_numbers(name):
    assert_code_agrees(Stack((CASES[name],)), normal(1, 9, 8, 3))


def test_a_whole_classifier_gives_the_same_numbers():
    layers = (
        CONVOLUTION.change(padding="same"),
        BatchNormalisation(),
        ActivationLayer(),
        Pooling(),
        Dropout(),
        Flatten(),
        Dense().change(units=5, bias=0.1),
        ActivationLayer().change(function="gelu"),
        Dense().change(weights=normal(3, 5, 3)),
        ActivationLayer().change(function="softmax"),
    )
    assert_code_agrees(Stack(layers), normal(2, 8, 8, 1))


def test_an_empty_stack_is_the_identity():
    image = normal(0, 3, 3, 1)
    np.testing.assert_array_equal(run_code(Stack(), image)[0], image)


def assert_written_parts_add_up(trace) -> None:
    """Products, channel sums and the largest contributions each make the value as they are written."""
    written = trace.written()
    value, bias = to_decimal(written.value), to_decimal(written.bias)
    assert sum(map(to_decimal, written.parts)) + bias == value
    assert sum(map(to_decimal, trace.channel_sums())) + bias == value
    _, few = trace.contributions(3)
    assert sum(map(to_decimal, few.parts)) + to_decimal(few.bias) == to_decimal(few.value)


@pytest.mark.parametrize("name", CASES)
def test_every_trace_adds_up_to_the_cell(name):
    layer, image = CASES[name], normal(4, 9, 8, 3)
    result = layer.apply(image)
    rng = np.random.default_rng(0)
    for _ in range(25):
        cell = tuple(int(rng.integers(n)) for n in result.shape)
        trace = layer.trace(image, result, cell)
        assert trace.value == pytest.approx(float(result[cell]))
        if trace.operation == "sum":
            assert_written_parts_add_up(trace)
            assert trace.products.sum() + trace.bias == pytest.approx(trace.value, rel=1e-5, abs=1e-5)
        elif trace.operation == "max":
            assert trace.inside[trace.winner[:2]]
            assert trace.values[trace.winner] == pytest.approx(trace.value)
        elif trace.operation == "mean":
            assert trace.values[trace.inside].mean() == pytest.approx(trace.value, rel=1e-5, abs=1e-6)
        assert trace.sentence()


def test_dense_trace_names_the_largest_contributions():
    weights = np.array([[1], [-9], [3]], np.float32)
    vector = np.array([2, 1, 1], np.float32)
    dense = Dense().change(weights=weights, bias=1.0)
    trace = dense.trace(vector, dense.apply(vector), (0,))
    assert trace.largest(2).tolist() == [1, 2]
    assert trace.sentence() == "−4 + 1 = −3"


def test_multiply_adds_of_known_layers():
    """The first layers of VGG-16 and MobileNetV1, worked by hand."""
    image = (224, 224, 3)
    vgg = Convolution().change(kernel=np.zeros((3, 3, 3, 8)), padding="same")
    assert vgg.multiply_adds(image) == 224 * 224 * 27 * 8
    assert vgg.parameters(image) == 27 * 8 + 8
    depthwise = Convolution().change(kernel=np.zeros((3, 3, 1, 1)), padding="same", depthwise=True)
    assert depthwise.multiply_adds((112, 112, 32)) == 112 * 112 * 32 * 9
    assert Dense().change(units=10).multiply_adds((4096,)) == 40960


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_settings_out_of_range_are_refused_and_name_the_limit(data):
    layer = data.draw(st.sampled_from(sorted(LAYERS)).map(lambda kind: LAYERS[kind]()))
    numbers = {n: s for n, s in settings_of(type(layer)).items() if s.minimum is not None}
    if not numbers:
        return
    name = data.draw(st.sampled_from(sorted(numbers)))
    about = numbers[name]
    beyond = [about.minimum - 1, float("nan"), 1e30, *([about.maximum + 1] if about.maximum is not None else [])]
    with pytest.raises(InvalidSetting) as caught:
        layer.change(**{name: data.draw(st.sampled_from(beyond))})
    assert "must" in caught.value.hint


def test_stride_and_dilation_grey_each_other():
    assert "dilation" in CONVOLUTION.change(stride=2).greyed()
    assert "stride" in CONVOLUTION.change(dilation=2).greyed()
    assert not CONVOLUTION.greyed()
    with pytest.raises(InvalidSetting, match="Stride is 2 and dilation is 2"):
        CONVOLUTION.change(stride=2).change(dilation=2)


def test_kernel_grids_filters_and_channels_can_be_edited():
    layer = Convolution().with_filters(3).with_channels(3).with_grid(make_kernel("box", 5, 5), channel=1, index=2)
    assert layer.kernel.shape == (5, 5, 3, 3)
    np.testing.assert_allclose(layer.kernel[:, :, 1, 2], 1 / 25)
    assert layer.kernel[2, 2, 0, 0] == 1
    assert layer.resized(1, 1).kernel.shape == (1, 1, 3, 3)
    assert layer.with_channels(1).kernel.shape[2] == 1
    with pytest.raises(InvalidSetting, match="12"):
        layer.resized(12, 3)
    with pytest.raises(InvalidSetting, match="3 channels but its input has 2"):
        layer.apply(normal(0, 8, 8, 2))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_sum_their_name_promises(name):
    sums = {"identity": 1, "box": 1, "gaussian": 1, "sharpen": 1, "motion": 1, "emboss": 1}
    zero = {"sobel", "prewitt", "scharr", "laplacian", "outline", "gabor"}
    for side in (3, 5, 11):
        kernel = make_kernel(name, side, side)
        assert kernel.shape == (side, side)
        assert np.isfinite(kernel).all()
        if name in sums or name in zero:
            assert kernel.sum(dtype=np.float64) == pytest.approx(sums.get(name, 0), abs=1e-4)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_recognised(name):
    wave = Wave(45.0, 5.0, 3) if name != "random" else Wave(seed=7)
    side = PRESETS[name].size
    found = recognise(make_kernel(name, side, side, wave), replace(wave, angle=0.0, wavelength=4.0))
    assert found is not None
    np.testing.assert_array_equal(make_kernel(found[0], side, side, found[1]), make_kernel(name, side, side, wave))
    assert recognise(normal(1, 3, 3), wave) is None


def test_presets_equal_opencv():
    import cv2

    bell = cv2.getGaussianKernel(11, 0)
    np.testing.assert_allclose(make_kernel("gaussian", 11, 11), bell @ bell.T, atol=1e-6)
    down, across = cv2.getDerivKernels(1, 0, 3)
    np.testing.assert_array_equal(make_kernel("sobel"), np.outer(across, down))
    down, across = cv2.getDerivKernels(1, 0, cv2.FILTER_SCHARR)
    np.testing.assert_array_equal(make_kernel("scharr"), np.outer(across, down))
