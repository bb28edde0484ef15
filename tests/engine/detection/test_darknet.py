from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from engine.detection.darknet import cfg, importing, to_keras, to_onnx, weights
from engine.detection.darknet.layers import ACTIVATIONS, KINDS, plan
from engine.errors import InvalidModel
from tests.engine.detection.darknet_files import TINY_CFG, reference_input, sampled, write_random_weights

REFERENCE = json.loads(Path(__file__).with_name("darknet_reference.json").read_text())["outputs"]
REAL = ("yolo-fastest-1.1", "yolo-fastest-1.1-xl", "MobileNetV2-YOLOv3-Nano-coco")
LAYOUTS = ("yolov3-tiny", "yolov4-tiny", "yolov7-tiny", "yolov3", "yolov4")


def run_onnx(path: Path) -> list[np.ndarray]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(str(path), options)
    _, _, height, width = session.get_inputs()[0].shape
    return session.run(None, {"images": reference_input(width, height)})


def run_keras(config: Path) -> list[np.ndarray]:
    network = importing.import_keras(config)
    height, width = network.inputs[0].shape[1:3]
    outputs = network(reference_input(width, height).transpose(0, 2, 3, 1), training=False)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return [output.numpy().transpose(0, 3, 1, 2) for output in outputs]


@pytest.fixture
def tiny(tmp_path) -> Path:
    """A small network with one of every layer we know, and random weights."""
    config = tmp_path / "tiny.cfg"
    config.write_text(TINY_CFG)
    return write_random_weights(config, tmp_path)


@pytest.mark.parametrize("name", REAL)
def test_real_weights_give_what_opencv_4_computes(shared, name):
    outputs = run_onnx(importing.import_onnx(shared / "models" / "darknet" / f"{name}.cfg"))
    np.testing.assert_allclose(sampled(outputs), REFERENCE[name], atol=1e-3, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_with_random_weights_give_what_opencv_4_computes(shared, tmp_path, name):
    config = write_random_weights(shared / "models" / "darknet" / f"{name}.cfg", tmp_path)
    outputs = run_onnx(importing.import_onnx(config))
    np.testing.assert_allclose(sampled(outputs), REFERENCE[name], atol=1e-3, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", [REAL[0], REAL[2], "yolov7-tiny"])
def test_keras_and_onnx_agree(shared, tmp_path, name):
    config = shared / "models" / "darknet" / f"{name}.cfg"
    if name not in REAL:
        config = write_random_weights(config, tmp_path)
    for keras_map, onnx_map in zip(run_keras(config), run_onnx(importing.import_onnx(config)), strict=True):
        np.testing.assert_allclose(keras_map, onnx_map, atol=1e-3, rtol=0)


def test_keras_and_onnx_agree_on_every_kind_of_layer(tiny):
    (keras_map,), (onnx_map,) = run_keras(tiny), run_onnx(importing.import_onnx(tiny))
    assert keras_map.shape == (1, 14, 48, 32)
    np.testing.assert_allclose(keras_map, onnx_map, atol=1e-4, rtol=0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_the_same_in_both(tmp_path, activation):
    config = tmp_path / "one.cfg"
    config.write_text(
        f"[net]\nwidth=32\nheight=32\n[convolutional]\nfilters=7\nsize=1\nactivation={activation}\n"
        "[yolo]\nmask=0\nanchors=2,2\nclasses=2\n"
    )
    write_random_weights(config, tmp_path)
    (keras_map,), (onnx_map,) = run_keras(config), run_onnx(importing.import_onnx(config))
    np.testing.assert_allclose(keras_map, onnx_map, atol=1e-5, rtol=0)


def test_every_layer_and_activation_has_both_builders():
    assert KINDS.keys() == to_onnx.BUILDERS.keys() == to_keras.BUILDERS.keys()
    assert set(ACTIVATIONS) == to_onnx.ACTIVATIONS.keys() == to_keras.ACTIVATIONS.keys()


def test_the_second_import_comes_from_the_cache_and_a_change_of_weights_does_not(tiny):
    first = importing.import_onnx(tiny)
    written = first.stat().st_ino
    assert importing.import_onnx(tiny).stat().st_ino == written
    write_random_weights(tiny, tiny.parent, seed=7)
    assert importing.import_onnx(tiny) != first


@pytest.mark.slow
def test_a_v4_tiny_is_imported_in_time(shared, tmp_path):
    config = write_random_weights(shared / "models" / "darknet" / "yolov4-tiny.cfg", tmp_path)
    start = time.perf_counter()
    importing.import_onnx(config)
    middle = time.perf_counter()
    importing.import_onnx(config)
    assert middle - start < 5.0
    assert time.perf_counter() - middle < 0.3


def test_another_input_size_is_another_network_of_the_same_weights(tiny):
    output = run_onnx(importing.import_onnx(tiny, (128, 64)))[0]
    assert output.shape == (1, 14, 32, 64)


@pytest.mark.parametrize("change", [-4, 4, -1])
def test_weights_of_the_wrong_length_are_refused_with_both_numbers(tiny, change):
    path = tiny.with_suffix(".weights")
    data = path.read_bytes()
    path.write_bytes(data + b"\0" * change if change > 0 else data[:change])
    with pytest.raises(InvalidModel, match=r"holds [\d,]+ numbers but its cfg describes [\d,]+"):
        importing.import_onnx(tiny)
    assert not list((importing.paths.models() / "imported").glob("*"))


def test_a_header_alone_and_absent_weights_are_refused(tiny):
    tiny.with_suffix(".weights").write_bytes(b"\0\0")
    with pytest.raises(InvalidModel, match="cut short"):
        importing.import_onnx(tiny)
    tiny.with_suffix(".weights").unlink()
    with pytest.raises(InvalidModel, match="no weights beside it"):
        importing.import_onnx(tiny)


def test_damaged_numbers_are_refused(tiny):
    path = tiny.with_suffix(".weights")
    data = bytearray(path.read_bytes())
    data[-4:] = np.array([np.nan], "<f4").tobytes()
    path.write_bytes(data)
    with pytest.raises(InvalidModel, match="not finite"):
        importing.import_onnx(tiny)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[upsample]", "[warp]", r"\[warp\] in line \d+ .* does not know"),
        ("layers=-1,2", "layers=-1,12", "loop"),
        ("from=-2", "from=0,2", "not before it"),
        ("from=-2", "from=-9", "not before it"),
        ("activation=mish", "activation=blush", "unknown activation “blush”"),
        ("filters=14", "filters=15", "reads 15 channels"),
        ("size=3\nstride=2\npad=1", "size=three\nstride=2\npad=1", "Expected a number"),
        ("width=64", "width=8", "8 × 96"),
        ("layers=-1,2", "layers=-1,3", "sizes"),
        ("groups=8", "groups=3", "in 3 groups over 8"),
        ("[net]", "[something]", r"does not begin with \[net\]"),
        ("mask=1,0", "mask=1,7", r"mask \[1, 7\]"),
        ("[yolo]", "[dropout]", r"no \[yolo\]"),
        ("width=64", "width 64", "Expected"),
    ],
)
def test_a_broken_cfg_is_refused_naming_the_place(before, after, words):
    assert before in TINY_CFG
    with pytest.raises(InvalidModel, match=words):
        plan(cfg.parse(TINY_CFG.replace(before, after, 1)))


def test_folded_normalisation_is_the_same_convolution():
    rng = np.random.default_rng(0)
    own = weights.Convolution(
        rng.random((4, 3, 1, 1), np.float32), *(rng.random(4, np.float32) + 0.5 for _ in range(4))
    )
    kernel, bias = own.folded()
    x = rng.random(3, np.float32)
    plain = own.kernel[:, :, 0, 0] @ x
    normal = own.gamma * (plain - own.mean) / np.sqrt(own.variance + 1e-6) + own.bias
    np.testing.assert_allclose(kernel[:, :, 0, 0] @ x + bias, normal, rtol=1e-5)
