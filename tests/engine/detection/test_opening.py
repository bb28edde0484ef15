from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.detection import names, onnx_files
from engine.detection.choices import Choices
from engine.detection.detector import Settings
from engine.detection.opening import open_detector
from engine.detection.runtimes import devices
from engine.errors import InvalidModel, InvalidSetting
from engine.images import load_image
from tests.engine.detection.darknet_files import TINY_CFG, write_random_weights


def write_network(path: Path, output=(1, 7, 84), size=(64, 64), metadata=None, **symbolic) -> Path:
    """An ONNX file that answers every picture with one constant output; with 84 cells a YOLOv8 of 64 × 64."""
    values = np.zeros(output, np.float32)
    values.reshape(-1)[::101] = 0.5
    table = numpy_helper.from_array(values, "table")
    zero = numpy_helper.from_array(np.zeros((), np.float32), "zero")
    nodes = [
        helper.make_node("ReduceMax", ["images"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["peak", "zero"], ["nothing"]),
        helper.make_node("Add", ["table", "nothing"], ["out"]),
    ]
    shape = [1, 3, symbolic.get("height", size[1]), symbolic.get("width", size[0])]
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, list(output))], [table, zero],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, str(path))
    return path


@pytest.fixture
def cat_photo(shared):
    from skimage import data

    return np.ascontiguousarray(data.chelsea())


def test_a_cat_is_found_by_every_head_we_have(shared, cat_photo):
    for file in ("yolox/yolox_nano.onnx", "nanodet/nanodet_m_416.onnx", "darknet/yolo-fastest-1.1-xl.cfg",
                 "agpl_interop/yolov5n.onnx", "agpl_interop/yolo11n_int8.onnx"):  # fmt: skip
        detector = open_detector(shared / "models" / file, Choices(labels="coco"))
        found = detector.detect(cat_photo, Settings(confidence=0.3))
        assert detector.label(int(found.class_id[0])) == "cat", file
        assert found.xyxy[0, 2] - found.xyxy[0, 0] > 200
        assert "CPU" in detector.runtime.describe()


def test_runtimes_agree(shared, cat_photo):
    config = shared / "models" / "darknet" / "yolo-fastest-1.1.cfg"
    results = {}
    for runtime in ("onnxruntime", "opencv", "keras"):
        detector = open_detector(config, Choices(runtime=runtime, labels="coco"))
        results[detector.runtime.name] = detector.detect(cat_photo, Settings(confidence=0.2))
    assert set(results) == {"ONNX Runtime", "OpenCV", "Keras"}
    for other in ("OpenCV", "Keras"):
        np.testing.assert_allclose(results[other].xyxy, results["ONNX Runtime"].xyxy, atol=0.2)
        np.testing.assert_allclose(results[other].score, results["ONNX Runtime"].score, atol=1e-3)


def test_settings_choose_classes_and_suppression(shared, cat_photo):
    detector = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))
    everything = detector.detect(cat_photo, Settings(confidence=0.01))
    dogs = detector.detect(cat_photo, Settings(confidence=0.01, classes=frozenset({16})))
    assert len(everything) > len(dogs)
    assert set(dogs.class_id.tolist()) <= {16}
    agnostic = detector.detect(cat_photo, Settings(confidence=0.01, agnostic=True))
    assert len(agnostic) < len(everything)
    assert len(detector.detect(cat_photo, Settings(confidence=0.01, limit=2))) == 2


def test_names_come_from_a_file_then_the_model_and_must_fit(tmp_path):
    path = write_network(tmp_path / "m.onnx", metadata={"names": "{0: 'ant', 1: 'bee', 2: 'wasp'}"})
    assert open_detector(path).labels == ("ant", "bee", "wasp")
    (tmp_path / "m.names").write_text("a\nb\nc\n")
    assert open_detector(path).labels == ("a", "b", "c")
    given = tmp_path / "given.txt"
    given.write_text("x\ny\nz\n")
    assert open_detector(path, Choices(labels=given)).labels == ("x", "y", "z")
    with pytest.raises(InvalidModel, match="has 80 class names but the network has 3"):
        open_detector(path, Choices(labels="coco"))
    (tmp_path / "m.names").write_text("a\nb\n")
    with pytest.raises(InvalidModel, match="2 class names"):
        open_detector(path)


def test_unknown_names_are_numbers(tmp_path):
    detector = open_detector(write_network(tmp_path / "m.onnx"))
    assert detector.labels == ()
    assert detector.label(2) == "class 2"


@pytest.mark.parametrize("text", ["{0: 'a', 1: 'b'}", '{"1": "b", "0": "a"}', '["a", "b"]', "['a', 'b']"])
def test_names_in_every_form_of_metadata(text):
    assert onnx_files.names_in({"names": text}) == ("a", "b")


@pytest.mark.parametrize("text", ["", "{0: __import__('os')}", "[" * 500, "{'x': 'y'}", "7"])
def test_strange_metadata_is_no_names(text):
    assert onnx_files.names_in({"names": text}) == ()


def test_the_built_in_names_are_the_eighty_of_coco():
    labels = names.resolve(Path("x.onnx"), 80, "coco", ())
    assert (labels[0], labels[15], labels[79]) == ("person", "cat", "toothbrush")


@pytest.mark.parametrize("keep", [0, 1, 500, 0.5, 0.98])
def test_a_truncated_file_is_refused(shared, tmp_path, keep):
    data = (shared / "models/yolox/yolox_nano.onnx").read_bytes()
    path = tmp_path / "cut.onnx"
    path.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(InvalidModel, match=r"cut\.onnx"):
        open_detector(path)


def test_what_is_no_detector_is_refused(tmp_path):
    with pytest.raises(InvalidModel, match="not a detector"):
        open_detector(write_network(tmp_path / "c.onnx", output=(1, 1000)))
    (tmp_path / "t.onnx").write_text("this is text")
    with pytest.raises(InvalidModel, match="whole ONNX"):
        open_detector(tmp_path / "t.onnx")
    with pytest.raises(InvalidModel, match="no model"):
        open_detector(tmp_path / "absent.onnx")


def test_a_free_input_takes_the_size_that_is_chosen(tmp_path):
    path = write_network(tmp_path / "free.onnx", height="h", width="w")
    detector = open_detector(path, Choices(size=(64, 64)))
    assert detector.size == (64, 64)
    assert detector.resizable
    with pytest.raises(InvalidSetting, match="multiples of 32"):
        open_detector(path, Choices(size=(100, 64)))
    fixed = write_network(tmp_path / "fixed.onnx")
    with pytest.raises(InvalidSetting, match="takes only 64 × 64"):
        open_detector(fixed, Choices(size=(96, 96)))


def test_a_darknet_network_takes_another_size(tmp_path):
    config = tmp_path / "tiny.cfg"
    config.write_text(TINY_CFG)
    write_random_weights(config, tmp_path)
    detector = open_detector(tmp_path / "tiny.weights", Choices(size=(128, 128)))
    assert detector.size == (128, 128)
    assert detector.head.name == "darknet"
    assert detector.classes == 2


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "sub/../../x.bin"])
def test_weights_outside_the_folder_are_refused(tmp_path, location):
    (tmp_path / "secret.bin").write_bytes(b"\0" * 4096)
    folder = tmp_path / "models"
    folder.mkdir()
    path = write_network(folder / "m.onnx")
    model = onnx.load(str(path))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InvalidModel, match="outside its folder"):
        open_detector(path)


def test_weights_beside_the_model_are_read(tmp_path):
    path = write_network(tmp_path / "m.onnx")
    model = onnx.load(str(path))
    onnx.save(model, str(path), save_as_external_data=True, location="m.data", size_threshold=0)
    assert open_detector(path).classes == 3
    (tmp_path / "m.data").unlink()
    with pytest.raises(InvalidModel, match="missing"):
        open_detector(path)


def test_choices_that_do_not_apply_are_refused(tmp_path):
    path = write_network(tmp_path / "m.onnx")
    for choices, words in (
        (Choices(runtime="abacus"), "no runtime"),
        (Choices(runtime="keras"), "imported from Darknet"),
        (Choices(device="TPU"), "no device “TPU”"),
    ):
        with pytest.raises(InvalidSetting, match=words):
            open_detector(path, choices)


def test_a_wrong_input_is_refused(tmp_path):
    path = write_network(tmp_path / "m.onnx")
    model = onnx.load(str(path))
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
    onnx.save(model, str(path))
    with pytest.raises(InvalidModel, match=r"\[1, 1, 64, 64\]"):
        open_detector(path)


def test_the_cpu_is_always_a_device():
    assert "CPU" in devices()


def test_a_photo_of_nothing_gives_nothing(shared):
    detector = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))
    assert len(detector.detect(np.full((300, 500, 3), 127, np.uint8))) == 0
    assert len(detector.detect(np.zeros((1, 1, 3), np.uint8))) == 0
    photo = load_image(next((shared / "photos").glob("*.jpg"))).pixels
    timing = detector.timed(photo, Settings())[1]
    assert timing.total == pytest.approx(timing.prepare + timing.infer + timing.decode)
