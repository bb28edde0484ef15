"""A real network in the window: layers, maps, a cell taken apart, and what cannot be."""

import keras
import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from engine.models.catalog import FIRST_CLASSIFIER
from engine.samples import SAMPLES

pytestmark = pytest.mark.slow


@pytest.fixture
def page(tab, qtbot):
    tab.desk.use_pixels(SAMPLES["digit-3"].load().pixels, "Digit 3")
    tab.show_page(1)
    qtbot.waitUntil(lambda: tab.network_page.ready, timeout=90_000)
    return tab.network_page


def choose(qtbot, page, name):
    for row in range(page.controls.layers.count()):
        if page.controls.layers.item(row).data(256).endswith(name):
            page.controls.layers.setCurrentRow(row)
    qtbot.waitUntil(lambda: page.ready and page.captured.spot.path.endswith(name), timeout=30_000)


def test_every_layer_shows_its_maps_and_cells(qtbot, page):
    assert page.controls.chooser.current() == FIRST_CLASSIFIER
    assert page.captured.spot.kind == "Conv2D"
    assert page.view.grid.order() == list(range(page.captured.after.shape[2]))
    for row in range(page.controls.layers.count()):
        path = page.controls.layers.item(row).data(256)
        choose(qtbot, page, path)
        kind = page.captured.spot.kind
        assert kind in page.view.head.text()
        if kind in ("Conv2D", "Dense", "MaxPooling2D"):
            assert page.view.arithmetic.sentence(), path
        page.grab()


def test_the_sum_of_a_cell_is_the_networks_own_number(qtbot, page):
    page.view.grid.select(5)
    page.view.take_apart((12, 12, 5))
    trace = page.view.arithmetic._trace
    value = float(page.captured.after[12, 12, 5])
    assert value != 0  # of a convolution without activation, which may well be negative
    assert trace.products.sum() + trace.bias == pytest.approx(value, rel=1e-4, abs=1e-5)
    assert page.view.source.view._marks
    assert page.view.kernel.isVisibleTo(page)
    page.view.large.stepped.emit(1, 0)
    assert page.view.cell == (13, 12, 5)


def test_layers_are_found_by_part_of_their_name(page):
    page.controls.filter.setText("dense")
    shown = [
        page.controls.layers.item(row).toolTip().lower()
        for row in range(page.controls.layers.count())
        if not page.controls.layers.item(row).isHidden()
    ]
    assert shown
    assert all("dense" in text for text in shown)


def test_missing_weights_are_said_and_nothing_else_is_shown(qtbot, page):
    page.controls.chooser.select("mobilenet-v2")
    page.controls.chooser.chosen.emit("mobilenet-v2")
    assert "Download or import" in page.view.head.text()
    assert page.captured is None
    assert page.controls.layers.count() == 0
    assert not page.controls.export.isEnabled()
    assert not any(part.isVisible() for part in (page.view.grid, page.view.arithmetic, page.view.large))
    page.controls.chooser.select(FIRST_CLASSIFIER)
    page.controls.chooser.chosen.emit(FIRST_CLASSIFIER)
    qtbot.waitUntil(lambda: page.ready, timeout=30_000)
    assert page.controls.layers.count() > 0
    assert page.controls.export.isEnabled()
    assert all(part.isVisible() for part in (page.view.grid, page.view.arithmetic, page.view.large))


def test_a_cell_of_the_layer_before_is_forgotten(qtbot, page):
    """One that was pointed at while the maps of the next layer, which are smaller, were still being worked out."""
    small = next(path for path in _paths(page) if path.endswith("coarse"))
    page._layer_chosen(small)
    page.view.take_apart((25, 25, 5))
    assert page.view.cell == (25, 25, 5)
    qtbot.waitUntil(lambda: page.ready and page.captured.spot.path == small, timeout=30_000)
    assert page.captured.after.shape[0] == 8
    assert max(page.view.cell[:2]) < 8


def _paths(page):
    return [page.controls.layers.item(row).data(256) for row in range(page.controls.layers.count())]


def test_a_dropped_network_with_other_layers_is_shown(qtbot, tab, page, tmp_path):
    image = keras.Input((24, 24, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="mine")(image)
    y = keras.layers.LayerNormalization(name="norm")(x)
    x = keras.layers.Add(name="sum")([x, y])
    x = keras.layers.GlobalAveragePooling2D()(x)
    keras.Model(image, keras.layers.Dense(3, activation="softmax")(x)).save(tmp_path / "own.keras")
    tab.open_paths([tmp_path / "own.keras"])
    qtbot.waitUntil(lambda: page.ready and page.captured.spot.path == "mine", timeout=30_000)
    assert page.view.kernel_label.text() == "Kernel: 3 slices of 3 × 3"
    choose(qtbot, page, "norm")
    assert "not shown cell by cell" in page.view.arithmetic._hint
    assert np.isfinite(page.captured.after).all()
    rows = [page.controls.layers.item(row).data(256) for row in range(page.controls.layers.count())]
    assert [(rows[skip.start], rows[skip.end]) for skip in page.controls.layers.wiring.skips] == [("mine", "sum")]


def test_the_maps_of_a_layer_are_exported(qtbot, page, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "maps.npy"), ""))
    page.controls.export_wanted.emit()
    qtbot.waitUntil(lambda: (tmp_path / "maps.npy").exists())
    np.testing.assert_array_equal(np.load(tmp_path / "maps.npy"), page.captured.after)


def test_a_file_that_is_no_network_is_refused(qtbot, page, tmp_path, said):
    (tmp_path / "bad.keras").write_bytes(b"nothing")
    page.controls.chooser.select(str(tmp_path / "bad.keras"))
    page.controls.chooser.chosen.emit(str(tmp_path / "bad.keras"))
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    assert "bad.keras" in said[0]
    assert page.controls.chooser.current() == FIRST_CLASSIFIER
    qtbot.waitUntil(lambda: page.ready, timeout=30_000)
