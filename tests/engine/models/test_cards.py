import json

import pytest

from engine.errors import InvalidModel
from engine.models.cards import Card, Preprocessing, card_path, read_card, save_card

CARD = Card(
    "x",
    "X",
    "classification",
    "About.",
    "MIT",
    Preprocessing(8, 9, 1),
    ("a", "b"),
    details={"n": "one"},
    figures={"m": 1.5},
)


def test_a_card_survives_its_file(tmp_path):
    save_card(CARD, tmp_path / "x.card.json")
    assert read_card(tmp_path / "x.card.json") == CARD


@pytest.mark.parametrize("name", ["x.keras", "x.h5", "x.weights.h5", "x.onnx"])
def test_the_card_lies_beside_the_model(tmp_path, name):
    assert card_path(tmp_path / name) == tmp_path / "x.card.json"


@pytest.mark.parametrize("change", [{"format": 99}, {"surprise": 1}, {"preprocessing": {"height": 3}}])
def test_a_foreign_card_is_refused(tmp_path, change):
    path = tmp_path / "x.card.json"
    save_card(CARD, path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InvalidModel, match=r"x\.card\.json"):
        read_card(path)


def test_unknown_labels_are_numbered():
    assert CARD.label(1) == "b"
    assert CARD.label(7) == "class 7"
