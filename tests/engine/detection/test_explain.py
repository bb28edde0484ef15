from __future__ import annotations

import numpy as np
import pytest

from engine.detection.choices import Choices
from engine.detection.darknet.importing import read_plan
from engine.detection.detector import Settings
from engine.detection.explain import Heat, by_occlusion, explain, overlay
from engine.detection.opening import open_detector
from engine.errors import InvalidSetting
from tests.engine.detection.darknet_files import write_random_weights

CAT = 15


@pytest.fixture
def scene():
    """A cat on one side of a wide grey picture."""
    from skimage import data

    image = np.full((300, 900, 3), 128, np.uint8)
    image[:, 420:871] = data.chelsea()
    return image


def inside_share(heat: Heat, box: np.ndarray) -> float:
    """How much of the positive heat lies in the box."""
    positive = np.clip(heat.values, 0, None)
    left, top, right, bottom = box.astype(int)
    return float(positive[top:bottom, left:right].sum() / positive.sum())


def the_cat(detector, image) -> np.ndarray:
    found = detector.detect(image, Settings(confidence=0.2))
    cats = found.xyxy[found.class_id == CAT]
    assert len(cats)
    return cats[0]


@pytest.mark.slow
def test_gradients_point_at_the_cat(shared, scene):
    detector = open_detector(shared / "models/darknet/yolo-fastest-1.1-xl.cfg", Choices(labels="coco"))
    box = the_cat(detector, scene)
    heat = explain(detector, scene, box, CAT)
    assert heat.method == "HiResCAM"
    assert heat.layer.startswith("layer_")
    assert heat.values.shape == scene.shape[:2]
    assert inside_share(heat, box) > 0.7
    assert heat.score > 0.2


def test_occlusion_points_at_the_cat(shared, scene):
    detector = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))
    box = the_cat(detector, scene)
    heat = explain(detector, scene, box, CAT)
    assert heat.method == "Occlusion"
    assert inside_share(heat, box) > 0.7
    assert np.abs(heat.values[:, :150]).max() == 0, "far from the box nothing was greyed"


def test_a_box_that_is_not_there_is_refused(shared, scene):
    detector = open_detector(shared / "models/yolox/yolox_nano.onnx", Choices(labels="coco"))
    with pytest.raises(InvalidSetting, match="does not find this cat"):
        by_occlusion(detector, np.full((200, 200, 3), 127, np.uint8), np.array([10, 10, 90, 90]), CAT)


def test_the_gradient_is_that_of_the_score(tmp_path):
    """HiResCAM summed over all places is how the score changes when the layer's activations are scaled."""
    from engine.detection.gradient import DarknetGradient, telling_layer

    convolution = "[convolutional]\nbatch_normalize=1\nfilters=9\nsize=3\npad=1\nactivation=mish\n"
    config = tmp_path / "straight.cfg"
    config.write_text(
        f"[net]\nwidth=64\nheight=96\n{convolution}{convolution}[maxpool]\nsize=2\nstride=2\n{convolution}"
        "[convolutional]\nfilters=7\nsize=1\nactivation=linear\n[yolo]\nmask=0\nanchors=9,9\nclasses=2\n"
    )
    write_random_weights(config, tmp_path)
    network = DarknetGradient(config)
    blob = np.random.default_rng(3).random((1, 3, 96, 64), np.float32)
    heat, layer = network.heat(blob, 700, 1)
    assert layer == telling_layer(read_plan(config), 0).name == "layer_001_convolutional"
    assert heat.shape == (96, 64)
    number, anchor, y, x = network._locate(700)
    assert (number, anchor, y * 32 + x) == (0, 0, 700)
    score = _score_with_scaled_layer(network, blob, (anchor, y, x), 1)
    slope = (score(1 + 1e-2) - score(1 - 1e-2)) / 2e-2
    assert heat.sum() == pytest.approx(slope, rel=0.05, abs=1e-3)


def _score_with_scaled_layer(network, blob, place, class_id):
    """Score logit as a function of a factor on the layer's activations, by a network cut in two there."""
    import keras

    model = network._pairs[0]
    telling, final = model.outputs
    rest = keras.Model(telling, final)
    activations = model(blob.transpose(0, 2, 3, 1), training=False)[0].numpy()
    anchor, y, x = place

    def score(factor: float) -> float:
        out = rest(activations * np.float32(factor), training=False).numpy()
        return float(out[0, y, x, anchor * 7 + 4] + out[0, y, x, anchor * 7 + 5 + class_id])

    return score


def test_an_overlay_leaves_cold_places_alone(scene):
    values = np.zeros(scene.shape[:2], np.float32)
    values[100:200, 100:200] = 1.0
    out = overlay(scene, Heat(values, "", "", 0.5))
    np.testing.assert_array_equal(out[:, 400:], scene[:, 400:])
    assert (out[150, 150] != scene[150, 150]).any()
    assert Heat(-values, "", "", 0.5).empty
