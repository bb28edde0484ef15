"""One description of a run for form, command line and file."""

from __future__ import annotations

import json

import pytest

from engine.errors import InvalidSetting
from engine.training.config import (
    TrainingConfig,
    all_options,
    differences,
    from_json,
    sections,
    to_json,
    with_values,
)


def test_names_are_unique_over_all_sections():
    names = [name for group in sections(TrainingConfig()).values() for name in group.__dataclass_fields__]
    assert len(names) == len(set(names)) == len(all_options())


def test_every_setting_says_what_it_does():
    assert all(known.label and known.help.endswith(".") for _, known in all_options().values())


def test_json_brings_back_the_same(tiny):
    assert from_json(json.loads(json.dumps(to_json(tiny)))) == tiny


def test_set_changes_one_value_and_checks_it():
    config = with_values(TrainingConfig(), ["learning-rate=0.01", "flip=both", "class_weights=yes"])
    assert config.learning.learning_rate == 0.01
    assert config.augmentation.flip == "both"
    assert config.learning.class_weights is True
    for bad, words in (
        ("speed=3", "sets nothing"),
        ("dropout", "name=value"),
        ("dropout=2", "at most 0.9"),
        ("schedule=wild", "cosine"),
        ("epochs=few", "whole number"),
    ):
        with pytest.raises(InvalidSetting, match=words):
            with_values(TrainingConfig(), [bad])


def test_differences_name_both_values(tiny):
    found = differences(tiny, TrainingConfig())
    assert found["dropout"] == (0.2, 0.0)
    assert "momentum" not in found


def test_warm_up_longer_than_the_run_is_refused():
    with pytest.raises(InvalidSetting, match="Warm-up"):
        with_values(TrainingConfig(), ["warm_up=10", "epochs=5"])


def test_transfer_has_a_second_part_only_when_layers_are_tuned():
    config = with_values(TrainingConfig(), ["network=mobilenet-v2", "epochs=4"])
    assert config.is_transfer
    assert config.total_epochs == 4
    assert with_values(config, ["fine_tune_layers=10", "fine_tune_epochs=3"]).total_epochs == 7
