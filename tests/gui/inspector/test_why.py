"""The map over the picture, and everything beside it, on the bundled digits model."""

import contextlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from engine.errors import EngineError
from engine.explain.methods import METHODS
from engine.explain.views import Look, draw, place
from engine.samples import SAMPLES
from gui.inspector import dreaming

from .conftest import choose, wait_for

pytestmark = pytest.mark.slow


def test_the_first_map_is_grad_cam_of_the_top_class_and_says_so(qtbot, inspector):
    explanation = inspector.why.found.explanation
    assert (explanation.method, explanation.layer, explanation.target.label) == ("grad-cam", "conv3", "8")
    assert "Grad-CAM at conv3, 3 × 3: 8" in inspector.picture._map_facts.text()
    placed = inspector.why.found.placed
    np.testing.assert_array_equal(inspector.picture.drawn(), draw(inspector.image.pixels, placed, Look()))
    qtbot.waitUntil(lambda: inspector.picture.stages.count() == 5)
    assert inspector.picture.stages.currentItem().text() == "3 × 3"


def test_method_class_and_layer_are_asked_for(qtbot, inspector):
    choose(inspector.why_controls.method, "layer-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "layer-cam")
    inspector.panel.bars.picked.emit(3)
    wait_for(qtbot, inspector, lambda found: found.target.class_id == 3)
    stages = inspector.picture.stages
    qtbot.waitUntil(lambda: stages.count() == 5 and stages.isVisible())
    stages.itemClicked.emit(stages.item(1))
    wait_for(qtbot, inspector, lambda found: found.values.shape == (13, 13))
    assert inspector.why_controls.layer.currentData() == inspector.why.found.explanation.layer


def test_the_view_changes_without_asking_again(qtbot, inspector):
    asked = inspector.why.found
    bar, page = inspector.picture.bar, inspector.picture
    for act, look in (
        (lambda: bar.opacity.setValue(80), {"opacity": 0.8}),
        (lambda: bar.threshold.setValue(40), {"opacity": 0.8, "threshold": 0.4}),
        (lambda: bar.signed.click(), {"opacity": 0.8, "threshold": 0.4, "signed": True}),
    ):
        act()
        np.testing.assert_array_equal(page.drawn(), draw(inspector.image.pixels, asked.placed, Look(**look)))
    bar._modes.button(0).click()
    np.testing.assert_array_equal(page.drawn(), inspector.image.pixels)
    assert inspector.why.found is asked


def test_the_raw_value_under_the_cursor_is_told(inspector):
    height, width = inspector.image.pixels.shape[:2]
    inspector.picture.view.hovered.emit((width // 2, height // 2))
    value = inspector.why.found.placed.values[height // 2, width // 2]
    assert f"map {value:.4g}" in inspector.picture._pixel.text()
    inspector.picture.view.hovered.emit((0, 0))
    assert "map" not in inspector.picture._pixel.text()


def test_one_class_minus_another_is_shown_signed(qtbot, inspector):
    choose(inspector.why_controls.against, 3)
    wait_for(qtbot, inspector, lambda found: found.target.against == 3)
    assert inspector.picture.bar.look.signed
    assert "8 minus 3" in inspector.picture._map_facts.text()


def test_the_top_three_in_one_picture(qtbot, inspector):
    inspector.why_controls.together.click()
    qtbot.waitUntil(lambda: inspector.why.found.blended is not None, timeout=30_000)
    np.testing.assert_array_equal(inspector.picture.drawn(), inspector.why.found.blended)
    assert inspector.picture._map_facts.text().count("■") == 3


def test_a_map_without_positive_evidence_is_a_sentence(qtbot, inspector):
    choose(inspector.why_controls.method, "hires-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "hires-cam")
    found = inspector.why.found
    values = -np.abs(found.explanation.values)
    negative = replace(
        found,
        explanation=replace(found.explanation, values=values),
        placed=place(values, found.explanation.window, found.image.shape[:2]),
    )
    inspector.picture.show_map(negative, "")
    assert "No positive evidence for “8”" in inspector.picture._message.text()
    np.testing.assert_array_equal(inspector.picture.drawn(), inspector.image.pixels)


def test_the_checks_are_shown_with_their_caveats(qtbot, inspector):
    inspector.side.setCurrentIndex(1)
    inspector.checks.start.click()
    qtbot.waitUntil(lambda: inspector.evidence.checked is not None, timeout=60_000)
    checked, panel = inspector.evidence.checked, inspector.checks
    assert f"Deletion {checked.curves.deletion_auc:.2f}" in panel.areas.text()
    assert "Rank correlation" in panel.badge.text()
    assert "only 9 cells" in panel.badge.text()
    assert panel.kept.isVisible()
    choose(inspector.why_controls.method, "layer-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "layer-cam")
    assert inspector.evidence.checked is None
    assert not panel.kept.isVisible()


def test_a_drawn_box_plays_the_pointing_game(qtbot, inspector):
    view = inspector.picture.view
    inspector.side.setCurrentIndex(1)
    inspector.checks.box.click()
    corner, opposite = (view.to_widget(x, y).toPoint() for x, y in ((20, 20), (170, 170)))
    before = view.scale
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(view, QPoint(opposite))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=opposite)
    assert inspector.evidence.box.box == pytest.approx((20, 20, 170, 170), abs=1.5)
    assert "of the map lies in" in inspector.checks.pointed.text()
    assert not inspector.checks.box.isChecked()
    assert view.scale == before


def test_channels_add_up_and_one_is_shown_alone(qtbot, inspector):
    shares = inspector.channels
    assert shares.list.count() == 13
    shares.list.setCurrentRow(1)
    channel = shares.list.item(1).data(Qt.ItemDataRole.UserRole)
    part = inspector.why.found.explanation.contributions[..., channel]
    assert inspector.picture._placed.highest == pytest.approx(part.max())
    shares.list.setCurrentRow(0)
    assert inspector.picture._placed is inspector.why.found.placed


def test_copied_code_computes_the_map(inspector):
    inspector.why.copy_code()
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(QApplication.clipboard().text(), "copied", "exec"), names)
    np.testing.assert_allclose(names["raw"], inspector.why.found.explanation.values, atol=1e-3)


def test_a_map_is_saved_with_its_manifest(qtbot, inspector, tmp_path, monkeypatch, window):
    out = tmp_path / "why"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    inspector.picture.bar.save_wanted.emit()
    qtbot.waitUntil(lambda: (out / "manifest.json").exists(), timeout=30_000)
    entry = json.loads((out / "manifest.json").read_text())["images"][0]
    np.testing.assert_array_equal(np.load(out / entry["files"][0]), inspector.why.found.explanation.values)
    inspector.picture.bar.save_wanted.emit()
    qtbot.waitUntil(lambda: "is not empty" in window.banner.text())


def test_a_table_is_explained_into_a_folder(qtbot, window, inspector, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("digit-3", "digit-5"):
        Image.fromarray(SAMPLES[name].load().pixels).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"no")
    window.open_paths([folder])
    qtbot.waitUntil(lambda: len(inspector.results.model.rows) == 3, timeout=60_000)
    inspector.many.explain(tmp_path / "maps")
    qtbot.waitUntil(lambda: (tmp_path / "maps" / "manifest.json").exists(), timeout=60_000)
    images = json.loads((tmp_path / "maps" / "manifest.json").read_text())["images"]
    assert [image["target"]["label"] for image in images] == ["3", "5"]


def test_features_appear_while_they_are_searched(qtbot, inspector, tmp_path):
    page, dreaming = inspector.features, inspector.dreaming
    inspector.pages.setCurrentWidget(page)
    page.steps.setValue(24)
    page.count.setValue(3)
    page.start.click()
    assert not page.start.isEnabled()
    qtbot.waitUntil(page.start.isEnabled, timeout=60_000)
    assert dreaming.images.shape == (3, 28, 28, 1)
    assert "Activation rose" in page.about.text()
    assert not page.gallery.item(0).icon().isNull()
    for name in ("digit-3", "digit-5"):
        Image.fromarray(SAMPLES[name].load().pixels).save(tmp_path / f"{name}.png")
    page.gallery.setCurrentRow(1)
    dreaming.rank(tmp_path, 1)
    qtbot.waitUntil(lambda: page.photos.count() == 2, timeout=30_000)
    assert "the strongest of 2 photos" in page.photos_about.text()


def test_a_search_is_stopped(qtbot, window, inspector):
    page = inspector.features
    page.steps.setValue(2048)
    page.start.click()
    qtbot.waitUntil(lambda: inspector.dreaming.images is not None, timeout=60_000)
    page.stop.click()
    qtbot.waitUntil(lambda: not window.jobs.running())
    assert page.start.isEnabled()
    assert "Stopped" in page.about.text()


def test_no_map_is_a_choice_and_a_failing_question_keeps_the_answer(qtbot, inspector):
    choose(inspector.why_controls.method, "off")
    assert inspector.why.found is None
    np.testing.assert_array_equal(inspector.picture.drawn(), inspector.image.pixels)
    choose(inspector.why_controls.method, "ablation-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "ablation-cam")
    assert next(p.label for p in inspector.panel.bars.predictions()) == "8"


def test_every_method_can_be_chosen_and_explains_itself(inspector):
    box = inspector.why_controls.method
    for key, method in METHODS.items():
        row = box.findData(key)
        assert method.about in box.itemData(row, Qt.ItemDataRole.ToolTipRole)


def test_another_model_takes_map_strip_and_features_of_the_last_one_away(qtbot, window, inspector):
    page = inspector.features
    page.steps.setValue(16)
    page.count.setValue(2)
    page.start.click()
    qtbot.waitUntil(page.start.isEnabled, timeout=60_000)
    qtbot.waitUntil(inspector.picture.stages.isVisible, timeout=30_000)
    assert page.gallery.count() == 2
    inspector.answering.open_model("cifar10")
    assert inspector.why.found is None
    assert not inspector.checks.start.isEnabled()
    assert not inspector.picture.stages.isVisible()
    assert page.gallery.count() == 0
    assert inspector.dreaming.images is None
    window.jobs.cancel_lane("inspector.explain")  # as with Cancel in the status bar, before the new map is there
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=30_000)
    assert inspector.why.found is None or inspector.why.found.explainer.card.id == "cifar10"


def test_the_layers_page_forgets_the_model_before(qtbot, inspector):
    page = inspector.layers
    inspector.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.layers.count() > 0 and page.explain.isEnabled(), timeout=30_000)
    inspector.answering.open_model("cifar10")
    assert page.layers.count() == 0
    assert page.grid.order() == []
    assert not page.explain.isEnabled()
    qtbot.waitUntil(lambda: page.layers.count() > 0 and page.explain.isEnabled(), timeout=60_000)
    assert "residual3_sum" in page.about.text()


def test_a_search_that_runs_ends_with_its_model(qtbot, window, inspector):
    page = inspector.features
    page.steps.setValue(2048)
    page.start.click()
    qtbot.waitUntil(lambda: inspector.dreaming.images is not None, timeout=60_000)
    inspector.answering.open_model("cifar10")
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=60_000)
    assert inspector.dreaming.images is None
    assert page.gallery.count() == 0
    assert page.start.isEnabled()


def test_photos_are_ranked_by_the_layer_whose_images_are_on_show(qtbot, inspector, tmp_path, monkeypatch):
    asked = []

    def most_exciting(explainer, layer, channel, files, job):
        asked.append((layer, channel))
        raise EngineError("Enough.")

    monkeypatch.setattr(dreaming, "most_exciting", most_exciting)
    page = inspector.features
    page.layer.setCurrentIndex(page.layer.findData("conv2"))
    page.steps.setValue(16)
    page.first.setValue(40)
    page.count.setValue(2)
    page.start.click()
    qtbot.waitUntil(page.start.isEnabled, timeout=60_000)
    page.layer.setCurrentIndex(page.layer.findData("conv1"))  # wanted next, but not what is on show
    page.gallery.setCurrentRow(1)
    inspector.dreaming.rank(tmp_path, page.chosen_channel())
    qtbot.waitUntil(lambda: bool(asked), timeout=30_000)
    assert asked == [("conv2", 41)]
