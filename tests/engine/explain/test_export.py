import json

import keras
import numpy as np
import pytest
from PIL import Image

from engine.commands import COMMANDS, build_parser, run
from engine.errors import InvalidModel, InvalidSetting
from engine.explain import Explainer
from engine.explain.exciting import most_exciting
from engine.explain.explaining import explain, prepare_for
from engine.explain.export import explain_files, fresh_folder
from engine.files import digest
from engine.images import load_image

from .conftest import as_model, gap_dense


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(3):
        pixels = np.random.default_rng(index).integers(0, 80 * (index + 1), (40, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"photo{index}.png")
    (folder / "broken.png").write_bytes(b"no image")
    return sorted(folder.iterdir())


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "net.keras"
    network = gap_dense()
    network.save(path)
    (tmp_path / "net.txt").write_text("ant\nbee\ncat\ndog\n")
    return path


def command(*words):
    return run(build_parser(COMMANDS).parse_args([str(word) for word in words]))


def test_a_folder_is_explained_and_the_manifest_says_how(saved, photos, tmp_path):
    model = Explainer(as_model(keras.saving.load_model(saved), path=saved))
    out = tmp_path / "out"
    rows = list(explain_files(model, photos, out))
    assert [row.error is None for row in rows] == [False, True, True, True]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["model"]["sha256"] == digest(saved)
    assert "not an image" in manifest["images"][0]["error"]
    entry = manifest["images"][2]
    values = np.load(out / entry["files"][0])
    direct = explain(model, prepare_for(model, load_image(photos[2]).pixels))
    np.testing.assert_array_equal(values, direct.values)
    assert (entry["layer"], entry["method"], entry["map_max"]) == ("conv2", "grad-cam", float(values.max()))
    assert all(load_image(out / name).pixels.shape == (40, 30, 3) for name in entry["files"][1:])
    listed = {name for image in manifest["images"] for name in image["files"]}
    assert {path.name for path in out.iterdir()} == listed | {"manifest.json"}


def test_nothing_is_overwritten(saved, photos, tmp_path):
    out = tmp_path / "out"
    assert fresh_folder(out).is_dir()
    (out / "mine.txt").write_text("keep")
    model = Explainer(as_model(gap_dense()))
    with pytest.raises(InvalidSetting, match="is not empty"):
        list(explain_files(model, photos, out))
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_stopped_batch_has_no_manifest(photos, tmp_path):
    rows = explain_files(Explainer(as_model(gap_dense())), photos, tmp_path / "out")
    next(rows)
    next(rows)
    rows.close()
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_wrong_layer_is_said_once(photos, tmp_path):
    with pytest.raises(InvalidModel, match="no layer “nowhere”"):
        list(explain_files(Explainer(as_model(gap_dense())), photos, tmp_path / "out", layer="nowhere"))
    assert not (tmp_path / "out").exists()


def test_the_command_prints_one_object_an_image(saved, photos, tmp_path, capsys):
    words = ("--model", saved, "--method", "hires-cam", "--layer", "conv1", "--target", "bee", "--json")
    code = command("explain", photos[1], photos[2], *words, "--out", tmp_path / "out")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    for line, photo in zip(lines, photos[1:], strict=False):
        assert line["image"] == str(photo)
        assert (line["model"], line["method"], line["layer"]) == ("net", "hires-cam", "conv1")
        assert line["target"] == {"label": "bee", "index": 1, "score": "logit"}
        values = np.load(line["files"][0])
        assert (line["map_min"], line["map_max"]) == (float(values.min()), float(values.max()))
        assert 0 < line["probability"] < 1


def test_the_command_goes_on_after_a_broken_file(saved, photos, tmp_path, capsys):
    assert command("explain", photos[0].parent, "--model", saved, "--out", tmp_path / "out") == 1
    out, err = capsys.readouterr()
    assert err.startswith("error: “broken.png” is not an image")
    assert out.count("Grad-CAM at conv2") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--target", "horse"), "No class is called “horse”"),
        (("--layer", "gap"), "there is no map in it"),
        (("--output", "2"), "no output 2"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(saved, photos, tmp_path, capsys, words, message):
    arguments = ("explain", photos[1], "--model", saved, "--out", tmp_path / "out", *words)
    assert command(*arguments) == 1
    assert message in capsys.readouterr().err


def test_visualize_writes_an_image(saved, tmp_path, capsys):
    out = tmp_path / "channel.png"
    assert command("visualize", "--model", saved, "--layer", "conv2", "--channel", 1, "--steps", 8, "--out", out) == 0
    assert load_image(out).pixels.shape == (16, 16, 3)
    assert "activation" in capsys.readouterr().out
    assert command("visualize", "--model", saved, "--layer", "conv2", "--channel", 9, "--out", out) == 1
    assert "“conv2” has no channel 9. Choose one from 0 to 4." in capsys.readouterr().err


def test_exciting_images_are_ranked_by_the_channel(photos):
    model = Explainer(as_model(gap_dense()))
    found = most_exciting(model, "conv1", 2, photos)
    assert found.examined == 3
    assert [path.name for path, _ in found.failed] == ["broken.png"]
    means = []
    for path in photos[1:]:
        tensor = prepare_for(model, load_image(path).pixels).tensor
        means.append((float(model.activations(tensor[None], "conv1")[0, ..., 2].mean()), path))
    expected = [path for _, path in sorted(means, key=lambda pair: -pair[0])]
    assert [excited.path for excited in found.best] == expected
    with pytest.raises(InvalidSetting, match="no channel 99"):
        most_exciting(model, "conv1", 99, photos)
