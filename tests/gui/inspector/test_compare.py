"""The compare page: four answers, one cursor, one zoom."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from .conftest import choose

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["method", "layer", "class_id", "model"])
def test_four_answers_side_by_side(qtbot, inspector, kind):
    page = inspector.compare
    inspector.pages.setCurrentWidget(page)
    choose(page.kind, kind)
    wanted = [cell for cell in page.cells if cell.choice.currentIndex() > 0]
    assert len(wanted) >= (1 if kind == "model" else 4)
    qtbot.waitUntil(lambda: all(cell.found for cell in wanted), timeout=60_000)
    found = [cell.found.explanation for cell in wanted]
    if kind == "class_id":
        assert [one.target.class_id for one in found] == [p.index for p in inspector.answer.predictions[:4]]
    if kind == "layer":
        assert len({one.layer for one in found}) == 4
    page.cells[0].view.hovered.emit((90, 90))
    assert all("here;" in cell.facts.text() for cell in wanted)
    page.common.click()
    highest = max(float(one.values.max()) for one in found)
    for cell in wanted:
        own = cell.found.explanation.values.max()
        assert cell.placed.levels.max() <= np.ceil(255 * own / highest)


def seen(view):
    """Scale and the image point in the middle."""
    middle = view.to_image(QPointF(view.rect().center()))
    return [view.scale / view.fitting_scale, middle.x(), middle.y()]


def test_zoom_and_place_are_those_of_all_cells(qtbot, inspector):
    page = inspector.compare
    inspector.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: all(cell.found for cell in page.cells), timeout=60_000)
    first, *others = (cell.view for cell in page.cells)
    assert all(view.fitted for view in (first, *others))
    first.zoom(3.0, QPointF(20, 30))
    first.pan(-15, 10)
    for view in others:
        assert seen(view) == pytest.approx(seen(first), abs=0.6)
    others[1].zoom(1.5)
    assert seen(first) == pytest.approx(seen(others[1]), abs=0.6)
    before = seen(first)
    page.cells[3].found = None
    choose(page.cells[3].choice, "hires-cam")
    qtbot.waitUntil(lambda: page.cells[3].found is not None, timeout=60_000)
    for view in (first, *others):  # an answer that comes later is seen like the others
        assert seen(view) == pytest.approx(before, abs=0.6)
    page.common.click()
    assert seen(first) == pytest.approx(before, abs=0.6)
    others[0].fit()
    assert all(view.fitted for view in (first, *others))
    assert np.isclose(first.scale, first.fitting_scale)
