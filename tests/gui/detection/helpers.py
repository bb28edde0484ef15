"""What the tests of the detection tab ask for."""

from __future__ import annotations

from engine import paths


def found_in(tab) -> set[str]:
    """Names of what is found in the present picture."""
    return {tab.stage.view.label(int(c)) for c in tab.stage.view.found.class_id}


def of_head(tab, name: str) -> bool:
    """Whether a detector with this head is at work."""
    return tab.live.detector is not None and tab.live.detector.head.name == name


def saved(pattern: str):
    return sorted(paths.captures().glob(pattern))
