"""States of the Inspector worth a picture."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from engine.samples import SAMPLES
from gui.tab import Scene

if TYPE_CHECKING:
    from gui.inspector.tab import InspectorTab


def inspector_scenes(tab: InspectorTab) -> Sequence[Scene]:
    """A photo, and a digit with its map, the checks beside it, comparisons, features, a live picture, and a table."""
    return (
        Scene("photo", lambda: tab.open_sample(SAMPLES["cat"]), lambda: _mapped(tab) and _staged(tab)),
        Scene("digit", lambda: tab.open_sample(SAMPLES["digit-8"]), lambda: _mapped(tab) and _staged(tab)),
        Scene("check", lambda: _check(tab), lambda: tab.evidence.checked is not None),
        Scene("compare", lambda: _compare(tab), lambda: all(cell.found for cell in tab.compare.cells)),
        Scene("layers", lambda: tab.pages.setCurrentWidget(tab.layers), lambda: tab.layers.explain.isEnabled()),
        Scene("features", lambda: _dream(tab), lambda: _dreamt(tab)),
        Scene("live", lambda: tab.controls.live_wanted.emit("synthetic"), lambda: tab.live.shown >= 5),
        Scene("table", lambda: _open_samples_as_table(tab), lambda: len(tab.results.model.rows) >= 4),
    )


def _check(tab: InspectorTab) -> None:
    tab.side.setCurrentIndex(1)
    tab.evidence.check()


def _compare(tab: InspectorTab) -> None:
    tab.side.setCurrentIndex(0)
    tab.pages.setCurrentWidget(tab.compare)


def _dream(tab: InspectorTab) -> None:
    tab.pages.setCurrentWidget(tab.features)
    tab.features.steps.setValue(48)
    tab.features.count.setValue(8)
    tab.dreaming.start()


def _dreamt(tab: InspectorTab) -> bool:
    return tab.dreaming.images is not None and tab.features.start.isEnabled()


def _mapped(tab: InspectorTab) -> bool:
    return tab.why.found is not None and tab.image is not None and tab.why.found.image is tab.image.pixels


def _staged(tab: InspectorTab) -> bool:
    return tab.answer is not None and tab.picture.stages.isVisible()


def _open_samples_as_table(tab: InspectorTab) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cnn-studio-"))
    for sample in SAMPLES.values():
        Image.fromarray(sample.load().pixels).save(folder / f"{sample.id}.png")
    (folder / "broken.png").write_bytes(b"not an image")
    tab.open_paths([folder])
