"""What comes out of a run: exports that were compared, a report, a learning rate, the command."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine import training
from engine.commands import COMMANDS, build_parser, run
from engine.data.preparation import prepare_dataset
from engine.errors import InvalidSetting
from engine.models.cards import card_path, read_card
from engine.models.loading import load
from engine.training import exporting, rate_finder, report
from engine.training.config import TrainingConfig, with_values
from engine.training.live import Live
from engine.training.rate_finder import suggest
from engine.training.review import dataset_of, review, steps_of
from engine.training.runs import create_run, read_run
from tests.engine.training.conftest import QUICK


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    config = with_values(TrainingConfig(), QUICK)
    return training.train(create_run(config, tmp_path_factory.mktemp("trained") / "run")).run


@pytest.fixture(scope="module")
def samples(trained):
    return exporting.samples_of(prepare_dataset(trained.config.data), 8)


@pytest.mark.parametrize("form", ["keras", "savedmodel", "litert", "onnx"])
def test_an_export_answers_as_the_network_does(trained, samples, tmp_path, form):
    model = load(trained.file("best.keras"))
    done = exporting.export(model, form, tmp_path / "net", samples)
    again = exporting.FORMATS[form].open(done.path)(samples)
    np.testing.assert_allclose(again, np.asarray(model.network(samples)), atol=1e-5)
    assert done.difference <= 1e-5
    assert read_card(card_path(done.path)).labels == model.card.labels
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {done.path.name, card_path(done.path).name, "net.labels.txt"}


def test_an_export_that_differs_leaves_nothing(trained, samples, tmp_path, monkeypatch):
    wrong = replace(exporting.FORMATS["keras"], open=lambda path: lambda images: np.full((len(images), 4), 0.25))
    monkeypatch.setitem(exporting.FORMATS, "keras", wrong)
    (tmp_path / "net.keras").write_text("what was there")
    with pytest.raises(exporting.ExportDiffers, match="differently"):
        exporting.export(load(trained.file("best.keras")), "keras", tmp_path / "net.keras", samples)
    assert [path.name for path in tmp_path.iterdir()] == ["net.keras"]
    assert (tmp_path / "net.keras").read_text() == "what was there"
    with pytest.raises(InvalidSetting, match="no format"):
        exporting.export(load(trained.file("best.keras")), "cuneiform", tmp_path / "x", samples)


def test_the_report_shows_and_tells(trained, tmp_path):
    png, pdf, text = report.write_report(trained, tmp_path)
    assert np.asarray(Image.open(png).convert("L")).std() > 5
    assert pdf.read_bytes().startswith(b"%PDF")
    words = text.read_text()
    assert f"{trained.best.val_accuracy:.2%}" in words
    assert "network: mlp (default textbook)" in words
    with pytest.raises(InvalidSetting, match="no finished epoch"):
        report.write_report(replace(trained, history=()))


def test_a_run_is_reviewed_from_its_folder(trained):
    found = review(trained)
    assert len(found.rows) == 9
    assert found.detail.epoch == trained.state.best_epoch
    assert steps_of(trained) == 3
    assert dataset_of(trained) is not None
    gone = replace(trained.config, data=replace(trained.config.data, data="nowhere"))
    assert dataset_of(replace(trained, config=gone)) is None


def test_the_suggested_rate_is_where_the_loss_falls_fastest():
    rates = np.logspace(-6, 0, 61)
    losses = 2 - 1 / (1 + (1e-3 / rates) ** 2) + np.where(rates > 0.05, rates * 5, 0)
    assert suggest(rates, losses) == pytest.approx(1e-3, rel=0.3)


def test_the_finder_raises_the_rate_and_stops_when_it_blows_up(quick):
    found = rate_finder.find_rate(quick, steps=30)
    assert 5 <= found.steps <= 30
    assert np.all(np.diff(found.rates) > 0)
    assert found.rates[0] == pytest.approx(rate_finder.LOW)
    assert found.suggestion in found.rates


def command(*words: str) -> int:
    return run(build_parser(COMMANDS).parse_args(["train", *words]))


def test_the_command_trains_resumes_and_ends_with_json(tmp_path, capsys):
    settings = [word for text in QUICK[2:] if not text.startswith("epochs") for word in ("--set", text)]
    out = tmp_path / "run"
    code = command("--data", "shapes", "--network", "mlp", "--epochs", "2", "--out", str(out), "--json", *settings)
    assert code == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(answer) == [
        "run", "epochs", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "images_per_second",
    ]  # fmt: skip
    assert answer["run"] == str(out)
    assert answer["epochs"] == 2
    assert answer["val_loss"] == read_run(out).history[-1].val_loss
    assert command("--resume", str(out), "--epochs", "1") == 0
    assert "epoch   3" in capsys.readouterr().out
    assert command("--resume", str(out)) == 1
    assert "all its epochs" in capsys.readouterr().err


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    for words, said in (
        ((), "no data"),
        (("--data", "nowhere"), "There is no data"),
        (("--data", "shapes", "--set", "dropout=7"), "at most 0.9"),
        (("--data", "shapes", "--network", "huge"), "huge"),
        (("--data", "shapes", "--network", "vgg16"), "not on this machine"),
        (("--resume", "no-such-run"), "There is no run “no-such-run”"),
    ):
        assert command(*words) == 1
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert said in error


def test_live_rows_outgrow_any_buffer():
    live = Live()
    for step in range(5000):
        live.add_batch(step, 1.0, 0.5, 0.1)
    assert live.batches()[:, 0].tolist() == list(range(5000))
    assert len(live.batches(since=4990)) == 10


def test_messages_are_said_once():
    live = Live()
    live.say("full")
    live.say("full")
    assert live.status.messages == ("full",)
