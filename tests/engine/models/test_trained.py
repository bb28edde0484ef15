"""Runs as models."""

from __future__ import annotations

from engine import paths
from engine.models.cards import Card, Preprocessing, card_path, save_card
from engine.models.trained import trained_models


def make(name: str) -> str:
    file = paths.runs() / name / "best.keras"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    save_card(Card(name, name, "classification", "", "yours", Preprocessing(8, 8)), card_path(file))
    return str(file)


def test_the_newest_run_comes_first_and_a_broken_card_is_left_out():
    older, newer = make("20260101-a"), make("20260102-b")
    broken = make("20260103-c")
    (paths.runs() / "20260103-c" / "best.card.json").write_text("{")
    assert list(trained_models()) == [newer, older]
    assert broken not in trained_models()
