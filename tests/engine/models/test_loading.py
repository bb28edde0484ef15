import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from engine.errors import InvalidModel, ModelMissing
from engine.models import archive
from engine.models.cards import Card, Preprocessing, save_card
from engine.models.loading import load

pytestmark = pytest.mark.slow


def tiny(units: int = 3, activation: str | None = "softmax", rescale: bool = False) -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = layers.Rescaling(1 / 255)(inputs) if rescale else inputs
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(units, activation=activation)(x))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_file_of_ones_own_is_loaded_with_labels_beside_it(tmp_path, suffix):
    network = tiny()
    path = tmp_path / f"mine{suffix}"
    network.save(path)
    (tmp_path / "mine.txt").write_text("a\nb\nc")
    model = load(path)
    x = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    np.testing.assert_allclose(model.network(x), network(x), atol=1e-6)
    assert model.card.labels == ("a", "b", "c")
    assert model.card.preprocessing == Preprocessing(8, 8, 3, fit="cover", scale="unit")


def test_a_network_that_scales_by_itself_is_given_raw_pixels(tmp_path):
    tiny(rescale=True).save(tmp_path / "m.keras")
    assert load(tmp_path / "m.keras").card.preprocessing.scale == "raw"
    assert load(tmp_path / "m.keras", scale="signed").card.preprocessing.scale == "signed"


def test_a_card_beside_the_file_is_believed(tmp_path):
    tiny().save(tmp_path / "m.keras")
    card = Card("m", "M", "classification", "", "MIT", Preprocessing(8, 8, 3, "pad", "torch"), ("x", "y", "z"))
    save_card(card, tmp_path / "m.card.json")
    assert load(tmp_path / "m.keras").card == card


def test_given_labels_must_fit(tmp_path):
    tiny().save(tmp_path / "m.keras")
    (tmp_path / "two.txt").write_text("a\nb")
    with pytest.raises(InvalidModel, match="2 class names but the network has 3"):
        load(tmp_path / "m.keras", labels=tmp_path / "two.txt")


def test_dynamic_size_gets_a_default(tmp_path):
    inputs = keras.Input((None, None, 1))
    x = layers.GlobalMaxPooling2D()(layers.Conv2D(2, 3)(inputs))
    keras.Model(inputs, layers.Dense(2)(x)).save(tmp_path / "m.keras")
    how = load(tmp_path / "m.keras").card.preprocessing
    assert (how.height, how.width, how.channels) == (224, 224, 1)


def test_a_lambda_layer_is_refused_by_name(tmp_path):
    inputs = keras.Input((8, 8, 3))
    x = layers.Lambda(lambda t: t * 2, name="sneaky")(inputs)
    x = layers.Dense(2)(layers.Flatten()(x))
    keras.Model(inputs, x).save(tmp_path / "m.keras")
    with pytest.raises(InvalidModel, match="Lambda layer .“sneaky”"):
        load(tmp_path / "m.keras")


@pytest.mark.parametrize("member", ["../outside.txt", "/etc/thing", "a/../../b", "..\\win.txt", "C:\\x"])
def test_members_that_point_outside_are_refused(tmp_path, member):
    tiny().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras", "a") as file:
        file.writestr(member, "x")
    with pytest.raises(InvalidModel, match="points outside"):
        archive.inspect(tmp_path / "m.keras")


@pytest.mark.parametrize("lambda_config", [[1], None, {"name": "sneaky"}])
def test_odd_archives_are_refused_not_tripped_over(tmp_path, lambda_config):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as file:
        file.writestr("config.json", json.dumps({"layers": [{"class_name": "Lambda", "config": lambda_config}]}))
    with pytest.raises(InvalidModel, match="Lambda"):
        load(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "deep.keras", "w") as file:
        file.writestr("config.json", "[" * 100_000)
    with pytest.raises(InvalidModel, match="not a Keras archive"):
        load(tmp_path / "deep.keras")


def test_a_card_must_fit_its_network(tmp_path):
    tiny().save(tmp_path / "m.keras")
    save_card(Card("m", "M", "classification", "", "", Preprocessing(28, 28, 1)), tmp_path / "m.card.json")
    with pytest.raises(InvalidModel, match=r"prepares images of \(28, 28, 1\) but the network takes \(8, 8, 3\)"):
        load(tmp_path / "m.keras")


def test_scaling_inside_a_nested_backbone_is_noticed(tmp_path):
    inputs = keras.Input((8, 8, 3))
    features = keras.Model(inputs, layers.Flatten()(layers.Rescaling(1 / 255)(inputs)))
    outer = keras.Input((8, 8, 3))
    keras.Model(outer, layers.Dense(3)(features(outer))).save(tmp_path / "m.keras")
    assert load(tmp_path / "m.keras").card.preprocessing.scale == "raw"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a Keras model"),
        (b"<!DOCTYPE html>", "not a Keras model"),
        (b"PK\x03\x04 but no archive", "cut short or is not a Keras archive"),
        (b"\x89HDF\r\n\x1a\n cut", "cut short or damaged"),
    ],
)
def test_files_that_are_no_model_are_named(tmp_path, content, message):
    (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(InvalidModel, match=message) as caught:
        load(tmp_path / "m.keras")
    assert "m.keras" in caught.value.message


def test_a_truncated_model_is_refused(tmp_path):
    tiny().save(tmp_path / "m.keras")
    data = (tmp_path / "m.keras").read_bytes()
    (tmp_path / "m.keras").write_bytes(data[: len(data) // 2])
    with pytest.raises(InvalidModel, match="cut short"):
        load(tmp_path / "m.keras")


def test_a_changed_config_is_refused(tmp_path):
    tiny().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as source:
        members = {name: source.read(name) for name in source.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][1]["class_name"] = "NoSuchLayer"
    with zipfile.ZipFile(tmp_path / "n.keras", "w") as target:
        for name, data in members.items():
            target.writestr(name, json.dumps(config) if name == "config.json" else data)
    with pytest.raises(InvalidModel, match=r"“n\.keras” cannot be loaded"):
        load(tmp_path / "n.keras")


def test_a_network_that_is_no_classifier_is_described(tmp_path):
    inputs = keras.Input((8, 8, 3))
    keras.Model(inputs, layers.Conv2D(2, 3)(inputs)).save(tmp_path / "m.keras")
    with pytest.raises(InvalidModel, match=r"1 inputs and output \(None, 6, 6, 2\)"):
        load(tmp_path / "m.keras")


def test_unknown_ids_and_missing_weights_say_what_to_do():
    with pytest.raises(InvalidModel, match="There is no model “alexnet”.*digits, mobilenet-v2"):
        load("alexnet")
    with pytest.raises(ModelMissing, match="models download mobilenet-v2"):
        load("mobilenet-v2")


def test_every_catalog_network_has_the_published_size():
    from engine.models.catalog import entries

    for entry in entries().values():
        if entry.builder and entry.id != "vgg16":  # half a gigabyte to build; its figure is the same kind of fact
            network = getattr(keras.applications, entry.builder)(weights=None)
            assert network.count_params() == entry.card.parameters, entry.id
