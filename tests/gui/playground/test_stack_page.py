"""The stack in the window: settings, cells, undo, experiments, files and bad input."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QSpinBox

from engine.playground.document import open_stack
from engine.playground.kernels import make_kernel
from engine.playground.layers import LAYERS
from engine.playground.lessons import lessons
from gui.playground.map_view import Mark
from gui.playground.number_grid import NumberGrid

SOBEL = [[3, 0, -3], [4, 0, -4], [3, 0, -3]]


@pytest.fixture
def page(tab):
    return tab.stack_page


def result(tab):
    return tab.session.stages[tab.session.selected].result


def test_the_first_screen_shows_the_textbook_example(tab, page):
    np.testing.assert_array_equal(result(tab)[..., 0], SOBEL)
    assert page.strip.list.count() == 2
    assert "3×3×1" in page.strip.list.item(1).text()
    assert page.lesson.look.text()
    assert page.explorer.after.view.pixels.shape == (3, 3, 3)


def test_a_setting_changes_the_output_and_can_be_undone(tab, page, settle):
    field = page.panel.form.field("stride")
    assert isinstance(field, QSpinBox)
    field.setValue(2)
    settle()
    assert result(tab).shape == (2, 2, 1)
    assert not page.panel.form.field("dilation").isEnabled()
    assert "Keras refuses" in page.panel.form.field("dilation").toolTip()
    page.strip.undo.click()
    settle()
    np.testing.assert_array_equal(result(tab)[..., 0], SOBEL)
    assert field.value() == 1
    page.strip.redo.click()
    settle()
    assert result(tab).shape == (2, 2, 1)


def test_dragging_a_slider_is_one_step_to_undo(tab, page, settle):
    slider = page.panel.form._fields["bias"].slider
    for step in (110, 120, 130):
        slider.setValue(step)
    settle()
    assert result(tab)[0, 1, 0] == pytest.approx(0.6)
    page.strip.undo.click()
    settle()
    np.testing.assert_array_equal(result(tab)[..., 0], SOBEL)
    assert not page.strip.undo.isEnabled()


def test_pointing_at_a_cell_shows_its_window_and_its_sum(qtbot, tab, page):
    view = page.explorer.after.view
    place = view.to_widget(2.5, 1.5).toPoint()
    QTest.mouseMove(view, place)
    qtbot.mouseMove(view, place)
    view.hovered.emit((2, 1))
    assert page.explorer.cell == (1, 2, 0)
    assert page.explorer.arithmetic.sentence() == "−4 + 0 = −4"
    assert Mark(1, 2, 3, 4) in page.explorer.before.view._marks
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert page.explorer.pinned
    view.hovered.emit((0, 0))
    assert page.explorer.cell == (1, 2, 0)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert page.explorer.cell == (0, 1, 0)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert page.explorer.cell == (0, 1, 0)


def test_padding_cells_are_drawn_outside_the_input(tab, page, settle):
    page.panel.form.changed.emit("padding", "same")
    settle()
    page.explorer.set_cell((0, 0, 0), pinned=True)
    outside = [m for m in page.explorer.before.view._marks if m.top < 0 or m.left < 0]
    assert len(outside) == 5
    assert page.explorer.before.view.target().top() > 0  # room for them


def test_kernel_cells_are_typed_and_nonsense_is_refused(tab, page, settle):
    grid = page.panel.kernel.grid
    grid.item(1, 2).setText("5")
    settle()
    assert tab.session.layer.kernel[1, 2, 0, 0] == 5
    assert page.panel.kernel.preset.currentText() == "own numbers"
    before = result(tab)
    for text, word in (("", "empty"), ("nan", "nan"), ("1e12", "1 000 000"), ("abc", "abc")):
        grid.item(0, 0).setText(text)
        assert word in page.panel.message.text()
        assert page.panel.message.isVisibleTo(page.panel)
        assert grid.item(0, 0).text() == "−1"
    settle()
    assert result(tab) is before


def test_presets_fill_the_grid_and_follow_their_angle(tab, page, settle):
    kernel = page.panel.kernel
    kernel.preset.setCurrentIndex(kernel.preset.findData("gabor"))
    kernel.preset.activated.emit(kernel.preset.currentIndex())
    assert tab.session.layer.kernel.shape == (3, 3, 1, 1)  # 11 x 11 does not fit a 5 x 5 input
    assert "only 5" in page.panel.message.text()
    kernel.preset.setCurrentIndex(kernel.preset.findData("scharr"))
    kernel.preset.activated.emit(kernel.preset.currentIndex())
    kernel.angle.setValue(90)
    settle()
    np.testing.assert_allclose(tab.session.layer.kernel[..., 0, 0], make_kernel("scharr")[..., :].T, atol=1e-6)
    assert not page.panel.message.isVisibleTo(page.panel)


def test_kernel_larger_than_the_input_keeps_the_last_good_state(tab, page, settle):
    before = result(tab)
    page.panel.kernel.height_box.setValue(9)
    assert "9 cells long" in page.panel.message.text()
    settle()
    assert result(tab) is before


def test_layers_are_added_moved_and_removed(tab, page, settle):
    page.strip.add_wanted.emit("activation")
    page.strip.add_wanted.emit("pooling")
    settle()
    assert [stage.layer.kind for stage in tab.session.stages] == ["convolution", "activation", "pooling"]
    assert tab.session.selected == 2
    assert page.explorer.first.isVisibleTo(page)
    page.strip.earlier.click()
    settle()
    assert [stage.layer.kind for stage in tab.session.stages] == ["convolution", "pooling", "activation"]
    page.strip.remove.click()
    settle()
    assert [stage.layer.kind for stage in tab.session.stages] == ["convolution", "activation"]
    page.strip.add_wanted.emit("dense")
    assert "Flatten" in page.panel.message.text()
    page.strip.list.setCurrentRow(1)
    assert tab.session.selected == 0


def test_the_receptive_field_is_drawn_on_the_stacks_input(tab, page, settle):
    page.strip.add_wanted.emit("convolution")
    settle()
    page.explorer.set_cell((0, 0, 0), pinned=True)
    assert page.explorer.first.view._marks == (Mark(0, 0, 4, 4, "field"),)


def test_an_empty_stack_shows_its_input(tab, page, settle):
    page.strip.remove.click()
    settle()
    assert tab.session.stages == ()
    assert page.explorer.before.view.pixels is not None
    page.strip.add_wanted.emit("pooling")
    settle()
    assert result(tab).shape == (2, 2, 1)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_experiment_and_every_panel_works(tab, page, settle, kind):
    for experiment in lessons()[kind].experiments:
        page.run_experiment(experiment, kind)
        settle()
        assert tab.session.layer.kind == kind
        assert page.lesson.look.text() == experiment.look
        for panel in range(3):
            page.meaning.setCurrentIndex(panel)
        page.explorer._stepped(0, 0)
        assert page.explorer.trace().sentence() == page.explorer.arithmetic.sentence()
        assert page.explorer.arithmetic.accessibleDescription()
        page.grab()
    assert "keras.Model" in page.code.text.toPlainText()


def test_the_marker_follows_the_cell_on_the_curve(tab, page, settle):
    experiment = lessons()["activation"].experiments[0]
    page.meaning.setCurrentIndex(1)
    page.run_experiment(experiment, "activation")
    settle()
    page.explorer.set_cell((100, 100, 0))
    x, y = page.numbers._marker.getData()
    assert x[0] == pytest.approx(float(tab.session.stage.source[100, 100, 0]))
    assert y[0] == max(x[0], 0)
    assert "Inactive cells" in page.numbers.figures.text()


def test_the_animation_walks_over_all_cells_and_ends(qtbot, tab, page):
    player = page.explorer.player
    player.speed.setValue(player.speed.maximum())
    player.play.click()
    qtbot.waitUntil(lambda: not player.timer.isActive(), timeout=5000)
    assert page.explorer.cell == (2, 2, 0)
    player.back.click()
    assert page.explorer.cell == (2, 1, 0)
    assert page.explorer.after.view._curtain == 7
    player.off.click()
    assert page.explorer.cell is None
    assert page.explorer.after.view._curtain is None


def test_a_cell_of_a_small_input_is_edited_in_place(tab, page, settle):
    page.explorer.before.view.picked.emit(0, 0)
    editor = page.explorer._editor
    assert editor.isVisible()
    editor.setText("9")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settle()
    assert tab.session.input.values[0, 0, 0] == 9
    assert result(tab)[0, 0, 0] == 3 - 9
    assert "edited" in tab.inputs.box.currentText()
    page.explorer.before.view.picked.emit(0, 0)
    editor.setText("")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert "empty" in page.panel.message.text()
    assert tab.session.input.values[0, 0, 0] == 9


def test_stacks_and_stages_are_saved_and_opened(qtbot, tab, page, settle, tmp_path, monkeypatch, said):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), "Stack (*.json)"))
    page.files.save_wanted.emit()
    qtbot.waitUntil(lambda: (tmp_path / "mine.json").exists())
    assert open_stack(tmp_path / "mine.json").layers[0].kind == "convolution"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "stage.npy"), ""))
    page.files.export_wanted.emit()
    qtbot.waitUntil(lambda: (tmp_path / "stage.npy").exists())
    np.testing.assert_array_equal(np.load(tmp_path / "stage.npy")[..., 0], SOBEL)
    page.strip.add_wanted.emit("activation")
    tab.open_paths([tmp_path / "mine.json"])
    qtbot.waitUntil(lambda: len(tab.session.stack.layers) == 1)
    (tmp_path / "old.json").write_text('{"format": "cnn-studio playground stack", "version": 99, "layers": []}')
    tab.open_paths([tmp_path / "old.json"])
    qtbot.waitUntil(lambda: "version 99" in page.panel.message.text())
    assert len(tab.session.stack.layers) == 1
    assert said == []


def test_the_code_is_copied(tab, page):
    page.meaning.setCurrentIndex(2)
    page.code.copy.click()
    assert "Conv2D(1, (3, 3)" in QGuiApplication.clipboard().text()


def test_dense_weights_are_edited(tab, page, settle):
    page.run_experiment(lessons()["dense"].experiments[1], "dense")
    settle()
    page.panel.weights.item(0, 0).setText("2.5")
    settle()
    assert tab.session.layer.weights[0, 0] == 2.5
    assert tab.session.layer.weights.shape == (16, 2)
    assert not page.panel.form.field("seed").isEnabled()


def test_the_view_zooms_and_pans(tab, page):
    view = page.explorer.before.view
    view.zoom(4, QPointF(10, 10))
    view.pan(20, 20)
    assert view.scale == 96
    assert view.pixel_at(QPointF(view.width() / 2, view.height() / 2)) is not None


def test_the_kernel_grid_has_no_minus_nought(qtbot):
    grid = NumberGrid("Weights")
    qtbot.addWidget(grid)
    grid.show_numbers(np.array([[-0.0004, -0.51, 0.25]], np.float32))
    assert [grid.item(0, column).text() for column in range(3)] == ["0", "−0.51", "0.25"]
