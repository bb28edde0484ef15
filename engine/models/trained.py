"""The models that the user trained: the best weights of every run, to be used like any other model."""

from __future__ import annotations

from engine import paths
from engine.errors import InvalidModel
from engine.models.cards import Card, card_path, read_card

BEST = "best.keras"


def trained_models() -> dict[str, Card]:
    """Cards by the path of the weights, the newest run first; runs whose card cannot be read are left out."""
    found: dict[str, Card] = {}
    for path in sorted(paths.runs().glob(f"*/{BEST}"), key=lambda path: path.parent.name, reverse=True):
        try:
            found[str(path)] = read_card(card_path(path))
        except InvalidModel:
            continue
    return found
