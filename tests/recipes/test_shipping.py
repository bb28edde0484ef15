"""What recipes ship: folded networks and ONNX files that compute what the trained network did."""

from __future__ import annotations

import zipfile

import keras
import numpy as np
import onnx
import onnxruntime as ort
import pytest

from recipes import folding, onnx_file
from recipes.cifar10.network import photo_network
from recipes.train_digits import build_trainer
from recipes.yolo_face import shipping
from recipes.yolo_face.network import face_network


def lived(network: keras.Model) -> keras.Model:
    """Normalisations as after a training, and biases that are not zero."""
    rng = np.random.default_rng(4)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return network


def outputs(network, picture) -> list[np.ndarray]:
    given = network(picture, training=False)
    return [np.asarray(one) for one in (given if isinstance(given, list | tuple) else [given])]


def of_file(path, picture) -> list[np.ndarray]:
    given = ort.InferenceSession(path).run(None, {"images": picture.transpose(0, 3, 1, 2)})
    return [one.transpose(0, 2, 3, 1) if one.ndim == 4 else one for one in given]


@pytest.mark.parametrize(("build", "shape"), [(face_network, (1, 64, 96, 3)), (photo_network, (2, 32, 32, 3))])
def test_folding_changes_no_output_and_the_file_agrees(build, shape, tmp_path):
    picture = np.random.default_rng(0).random(shape, np.float32)
    network = lived(build())
    plain = folding.folded(network)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in plain.layers)
    for a, b in zip(outputs(network, picture), outputs(plain, picture), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    folding.round_to_half(plain)
    onnx_file.write(plain, tmp_path / "a.onnx", {"names": "x"})
    for a, b in zip(outputs(plain, picture), of_file(tmp_path / "a.onnx", picture), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    assert {p.key: p.value for p in onnx.load(tmp_path / "a.onnx").metadata_props} == {"names": "x"}


def test_a_packed_file_is_small_and_opens_as_any_other(tmp_path):
    network = folding.folded(lived(photo_network()))
    folding.round_to_half(network)
    network.save(tmp_path / "plain.keras")
    folding.save_packed(network, tmp_path / "packed.keras")
    sizes = [(tmp_path / f"{name}.keras").stat().st_size for name in ("plain", "packed")]
    assert sizes[1] < 0.65 * sizes[0]
    assert zipfile.ZipFile(tmp_path / "packed.keras").testzip() is None
    again = keras.models.load_model(tmp_path / "packed.keras")
    for a, b in zip(network.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["packed.keras", "plain.keras"]


def test_the_file_of_the_digits_network_agrees(tmp_path):
    """It has activations within its layers, and flattens maps."""
    network = build_trainer(1)[1]
    picture = np.random.default_rng(1).random((3, 28, 28, 1), np.float32)
    onnx_file.write(network, tmp_path / "a.onnx", {}, half=False)
    np.testing.assert_allclose(outputs(network, picture)[0], of_file(tmp_path / "a.onnx", picture)[0], atol=1e-5)


def test_an_activation_that_the_writer_does_not_know_is_an_error(tmp_path):
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3, activation="gelu", name="soft")])
    with pytest.raises(ValueError, match="soft has the activation gelu"):
        onnx_file.write(network, tmp_path / "a.onnx", {})


def test_the_working_point_becomes_the_score_from_which_boxes_are_shown():
    network = shipping.shipped(lived(face_network()))
    picture = np.random.default_rng(0).random((1, 64, 96, 3), np.float32)
    before = [1 / (1 + np.exp(-maps[..., 4])) for maps in outputs(network, picture)]
    shipping.move_scores(network, 0.4)
    after = [1 / (1 + np.exp(-maps[..., 4])) for maps in outputs(network, picture)]
    for old, new in zip(before, after, strict=True):
        odds = old / (1 - old) * (0.25 / 0.75) / (0.4 / 0.6)
        np.testing.assert_allclose(new, odds / (1 + odds), atol=2e-3)  # a bias of half precision


def test_a_layer_that_the_writer_does_not_know_is_an_error(tmp_path):
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.DepthwiseConv2D(3, name="deep")])
    with pytest.raises(ValueError, match="deep is a DepthwiseConv2D"):
        onnx_file.write(network, tmp_path / "a.onnx", {})
    assert not (tmp_path / "a.onnx").exists()
