import csv
import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from PIL import Image

from engine.classification import export
from engine.classification.batch import classify_files
from engine.classification.classifier import Classifier
from engine.errors import Cancelled, InvalidModel
from engine.jobs import Job
from engine.models.cards import Card, Preprocessing
from engine.models.loading import Model, load
from engine.models.predictions import probabilities_of, strongest
from engine.samples import SAMPLES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits() -> Classifier:
    return Classifier(load("digits"))


def colour_network(units: int = 3, activation: str = "softmax") -> Model:
    """Logits are ten times the mean red, green and blue of the image: known without training."""
    inputs = keras.Input((4, 4, 3))
    dense = layers.Dense(units, activation=activation)
    network = keras.Model(inputs, dense(layers.GlobalAveragePooling2D()(inputs)))
    dense.set_weights([10 * np.eye(3)[:, :units], np.zeros(units)])
    card = Card("c", "Colours", "classification", "", "", Preprocessing(4, 4, fit="stretch"), ("red", "green", "blue"))
    return Model(card, network, None)  # type: ignore[arg-type]


def plain(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((9, 7, 3), (red, green, blue), np.uint8)


def test_logits_and_probabilities_are_those_of_the_network():
    answer = Classifier(colour_network()).classify(plain(51, 204, 0), top=3)
    assert [p.label for p in answer.predictions] == ["green", "red", "blue"]
    np.testing.assert_allclose([p.logit for p in answer.predictions], [8, 2, 0], atol=1e-4)
    expected = np.exp([8, 2, 0]) / np.exp([8, 2, 0]).sum()
    np.testing.assert_allclose([p.probability for p in answer.predictions], expected, rtol=1e-5)
    assert [p.index for p in answer.predictions] == [1, 0, 2]


def test_one_sigmoid_unit_is_two_classes():
    model = colour_network(1, "sigmoid")
    model = replace(model, card=replace(model.card, labels=("not red", "red")))
    answer = Classifier(model).classify(plain(51, 0, 0), top=2)
    assert [p.label for p in answer.predictions] == ["red", "not red"]
    np.testing.assert_allclose(answer.probabilities, [1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))], rtol=1e-4)


def test_certain_answers_still_differ_in_their_logit():
    model = colour_network()
    model.network.layers[-1].set_weights([1e3 * np.eye(3), np.zeros(3)])
    answer = Classifier(model).classify(plain(255, 200, 100), top=3)
    assert [p.label for p in answer.predictions] == ["red", "green", "blue"]
    assert answer.predictions[1].probability == answer.predictions[2].probability == 0
    assert answer.predictions[1].logit > answer.predictions[2].logit


def test_broken_weights_are_said_so():
    model = colour_network()
    model.network.layers[-1].set_weights([np.full((3, 3), np.nan), np.zeros(3)])
    with pytest.raises(InvalidModel, match="not a number"):
        Classifier(model).classify(plain(1, 2, 3))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=12), st.integers(1, 12))
def test_the_strongest_are_the_sorted_ones(values, top):
    logits = np.array(values, np.float32)
    found = strongest(logits, probabilities_of(logits[None], "softmax")[0], [str(i) for i in range(len(values))], top)
    expected = sorted(range(len(values)), key=lambda i: -logits[i])[:top]
    assert [p.logit for p in found] == [logits[i] for i in expected]


def test_the_bundled_model_reads_the_sample_digits(digits):
    for name, sample in SAMPLES.items():
        if sample.kind == "digit":
            best = digits.classify(sample.load().pixels).predictions[0]
            assert f"digit-{best.label}" == name
            assert best.probability > 0.7


def test_the_cards_accuracy_holds_on_mnist(shared, digits):
    import gzip

    from engine.models.preprocessing import prepare

    folder = shared / "data" / "mnist"
    images = np.frombuffer(gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    rows = slice(0, 10_000, 16)
    chosen = images.reshape(-1, 28, 28)[rows]
    prepared = [prepare(np.repeat(one[:, :, None], 3, 2), digits.card.preprocessing) for one in chosen]
    answers = [answer.predictions[0].index for answer in digits.classify_prepared(prepared, 1)]
    found = float(np.mean(np.array(answers) == labels[rows]))
    assert found == pytest.approx(digits.card.figures["test_accuracy"], abs=0.007)
    assert digits.card.figures["test_accuracy"] >= 0.99


@pytest.fixture
def folder(tmp_path):
    for index in range(40):
        Image.fromarray(plain(6 * index, 120, 0)).save(tmp_path / f"{index:02}.png")
    (tmp_path / "07.png").write_bytes(b"broken")
    (tmp_path / "20.png").unlink()
    (tmp_path / "20.png").mkdir()
    return tmp_path


def test_a_batch_equals_single_answers_and_survives_bad_files(folder):
    classifier = Classifier(colour_network())
    files = sorted(folder.iterdir())
    steps = []
    rows = [row for batch in classify_files(classifier, files, 2, Job(steps.append)) for row in batch]
    assert [row.path for row in rows] == files
    assert [row.path.name for row in rows if row.error] == ["07.png", "20.png"]
    assert steps[-1].done == 40
    for row in rows:
        if row.answer:
            single = classifier.classify(np.asarray(Image.open(row.path)), 2)
            np.testing.assert_allclose(row.answer.logits, single.logits, atol=1e-5)
            assert row.thumbnail.shape == (9, 7, 3)


def test_cancelling_a_batch_ends_its_threads(folder):
    job = Job(lambda progress: job.cancel())
    with pytest.raises(Cancelled):
        list(classify_files(Classifier(colour_network()), sorted(folder.iterdir()) * 5, 1, job))


def test_exports_hold_the_same_numbers(folder):
    files = [folder / "03.png", folder / "07.png"]
    rows = [row for batch in classify_files(Classifier(colour_network()), files, 2) for row in batch]
    good, bad = (json.loads(json.dumps(export.as_json(row, "c"))) for row in rows)
    assert set(good) == {"image", "model", "predictions"}
    assert set(good["predictions"][0]) == {"label", "index", "probability", "logit"}
    assert "07.png" in bad["error"]
    export.write_csv(rows, "c", folder / "out.csv")
    with (folder / "out.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [line["label"] for line in table] == [p["label"] for p in good["predictions"]] + [""]
    assert float(table[0]["probability"]) == pytest.approx(good["predictions"][0]["probability"], abs=1e-6)


def test_mobilenet_knows_what_photos_show(shared, home):
    """Real weights, real photos: the whole path from file to label."""
    from engine.models import acquire

    acquire.import_weights("mobilenet-v2", shared / "models" / "imagenet" / "mobilenet_v2_1.0_224.weights.h5")
    classifier = Classifier(load("mobilenet-v2"))
    expected = {
        "coral_parrot.jpg": "macaw",
        "jetson_banana_0.jpg": "banana",
        "jetson_polar_bear.jpg": "ice bear",
        "jetson_black_bear.jpg": "American black bear",
        "eagle.jpg": "bald eagle",
    }
    files = [shared / "photos" / name for name in expected]
    rows = [row for batch in classify_files(classifier, files, 1) for row in batch]
    assert {row.path.name: row.answer.predictions[0].label for row in rows} == expected
