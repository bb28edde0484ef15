"""Run folders: made, read, changed by people, refused without being touched."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine import paths
from engine.errors import InvalidSetting
from engine.training.config import TrainingConfig
from engine.training.lock import is_training, training_lock
from engine.training.run import Run, State, Unreadable
from engine.training.runs import (
    annotate,
    create_run,
    extend,
    list_runs,
    read_run,
    rename,
    save_history,
    save_state,
    trash,
)
from tests.engine.training.test_diagnosis import curve


def with_history(run: Run, *losses: float) -> Run:
    done = replace(run, history=curve(val_loss=losses), state=State("stopped", best_epoch=1))
    save_history(done)
    save_state(done)
    return done


def test_what_is_written_is_read():
    run = with_history(create_run(TrainingConfig()), 1.0, 0.5)
    assert read_run(run.path) == run
    assert run.path.parent == paths.runs()


def test_two_runs_of_one_second_are_two_folders():
    assert create_run(TrainingConfig()).path != create_run(TrainingConfig()).path


def test_a_folder_that_holds_something_is_not_taken(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InvalidSetting, match="not empty"):
        create_run(TrainingConfig(), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("config.json", lambda values: values | {"format": 2}),
        ("config.json", lambda values: values["config"]["learning"].update(epochs="many") or values),
        ("config.json", lambda values: values["config"]["network"].update(brain=1) or values),
        ("config.json", lambda values: {"format": 1}),
        ("state.json", lambda values: values | {"status": "dreaming"}),
        ("state.json", lambda values: values | {"format": 9}),
    ],
)
def test_a_run_edited_or_newer_is_shown_as_unreadable_and_left_alone(name, change):
    run = create_run(TrainingConfig())
    file = run.path / name
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    (found,) = list_runs()
    assert isinstance(found, Unreadable)
    assert found.path == run.path
    assert {path.name: path.read_bytes() for path in run.path.iterdir()} == before


def test_history_cut_short_is_unreadable():
    run = with_history(create_run(TrainingConfig()), 1.0, 0.5)
    text = (run.path / "history.csv").read_text()
    (run.path / "history.csv").write_text(text[:-30])
    assert isinstance(list_runs()[0], Unreadable)


def test_titles_and_notes_are_kept():
    run = annotate(rename(create_run(TrainingConfig()), "  My run "), "with “quotes”\nand lines")
    assert (read_run(run.path).title, read_run(run.path).note) == ("My run", "with “quotes”\nand lines")


def test_extending_counts_from_what_is_done():
    run = extend(with_history(create_run(TrainingConfig()), 1.0, 0.5), 3)
    assert read_run(run.path).config.total_epochs == 5
    assert run.resumable
    with pytest.raises(InvalidSetting):
        extend(run, 0)


def test_a_run_under_training_cannot_be_trashed():
    run = create_run(TrainingConfig())
    with training_lock(run.path):
        assert is_training(run.path)
        with pytest.raises(InvalidSetting, match="being trained"):
            trash(run)
    assert not is_training(run.path)
    assert run.path.is_dir()


def test_trash_moves_the_folder_away(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    run = create_run(TrainingConfig())
    import send2trash

    moved = []
    monkeypatch.setattr(send2trash, "send2trash", lambda path: moved.append(path))
    trash(run)
    assert moved == [run.path]


def test_a_run_cannot_be_extended_past_the_limit_and_stays_as_it_was():
    run = with_history(create_run(TrainingConfig()), 1.0, 0.5)
    with pytest.raises(InvalidSetting, match="at most"):
        extend(run, 100_000)
    assert read_run(run.path) == run


def test_a_run_that_is_not_there_is_told_apart_from_one_that_cannot_be_read(tmp_path):
    run = create_run(TrainingConfig())
    with pytest.raises(InvalidSetting, match="There is no run “nope”") as refused:
        read_run(paths.runs() / "nope")
    assert run.path.name in refused.value.hint
    with pytest.raises(InvalidSetting, match=r"is no run: it holds no config\.json"):
        read_run(tmp_path)


def test_a_config_that_is_nested_without_end_is_unreadable():
    run = create_run(TrainingConfig())
    run.file("config.json").write_text("[" * 100_000)
    assert isinstance(list_runs()[0], Unreadable)
