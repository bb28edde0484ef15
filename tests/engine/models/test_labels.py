import json

import pytest

from engine.errors import InvalidModel
from engine.models.labels import check_count, find_labels, read_labels


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.txt", "cat\ndog  \n\nold_car\n".replace("old_car", "old car")),
        ("l.json", json.dumps(["cat", "dog", "old_car"])),
        ("l.json", json.dumps({"0": "cat", "1": "dog", "2": "old car"})),
        ("l.json", json.dumps({"cat": 0, "old_car": 2, "dog": 1})),
        ("l.json", json.dumps({"0": ["n1", "cat"], "1": ["n2", "dog"], "2": ["n3", "old_car"]})),
        ("l.txt", "\ufeffcat\r\ndog\r\nold car"),
    ],
)
def test_every_common_form_gives_the_same_names(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert read_labels(path) == ("cat", "dog", "old car")


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"0": "cat", "5": "dog"}', "{", '"cat"'])
def test_what_is_no_list_of_names_is_refused(tmp_path, content):
    path = tmp_path / "l.json"
    path.write_text(content)
    with pytest.raises(InvalidModel, match=r"l\.json"):
        read_labels(path)


def test_names_beside_a_model_are_found(tmp_path):
    (tmp_path / "net.txt").write_text("a\nb")
    assert find_labels(tmp_path / "net.keras") == ("a", "b")
    assert find_labels(tmp_path / "net.weights.h5") == ("a", "b")
    assert find_labels(tmp_path / "other.keras") == ()


def test_a_saved_architecture_is_no_list_of_names(tmp_path):
    (tmp_path / "net.json").write_text('{"class_name": "Functional", "config": {}}')
    assert find_labels(tmp_path / "net.h5") == ()


def test_a_wrong_count_is_an_error_not_a_guess():
    with pytest.raises(InvalidModel, match="2 class names but the network has 3"):
        check_count(("a", "b"), 3, "labels.txt")
