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
    """A digit with its map and the checks beside it; a photo, comparisons, features, a live picture, and a table."""
    return (
        Scene("digit", lambda: tab.open_sample(SAMPLES["digit-8"]), lambda: _mapped(tab) and _staged(tab)),
        Scene("check", lambda: _check(tab), lambda: tab.evidence.checked is not None),
        Scene("photo", lambda: _photo(tab), lambda: _mapped(tab) and _staged(tab)),
        Scene("compare", lambda: _compare(tab), lambda: _compared(tab)),
        Scene("layers", lambda: tab.pages.setCurrentWidget(tab.layers), lambda: tab.layers.explain.isEnabled()),
        Scene("features", lambda: _dream(tab), lambda: _dreamt(tab)),
        Scene("live", lambda: tab.controls.live_wanted.emit("synthetic"), lambda: tab.live.shown >= 5),
        Scene("table", lambda: _open_photos_as_table(tab), lambda: len(tab.results.model.rows) >= 4),
    )


def _check(tab: InspectorTab) -> None:
    tab.side.setCurrentIndex(1)
    tab.evidence.check()


def _photo(tab: InspectorTab) -> None:
    tab.side.setCurrentIndex(0)
    tab.open_sample(SAMPLES["cat"])


def _compare(tab: InspectorTab) -> None:
    tab.pages.setCurrentWidget(tab.compare)


def _compared(tab: InspectorTab) -> bool:
    image = tab.image
    cells = tab.compare.cells
    return image is not None and all(cell.found is not None and cell.found.image is image.pixels for cell in cells)


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


def _open_photos_as_table(tab: InspectorTab) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cnn-studio-"))
    for sample in (each for each in SAMPLES.values() if each.kind == "photo"):
        Image.fromarray(sample.load().pixels).save(folder / f"{sample.id}.png")
    (folder / "broken.png").write_bytes(b"not an image")
    tab.open_paths([folder])
