"""Live pictures in the Inspector: map and classes of the newest frame."""

import keras
import pytest
from keras import layers
from PIL import Image

from engine.classification.classifier import Classifier
from engine.samples import SAMPLES
from engine.video import cameras

from .conftest import choose, wait_for

pytestmark = pytest.mark.slow
SCENE = "synthetic:160x120@30"


def test_a_live_picture_is_explained_and_stopped(qtbot, window, inspector):
    inspector.controls.live_wanted.emit("synthetic:160x120@30")
    qtbot.waitUntil(lambda: inspector.live.shown >= 3, timeout=60_000)
    choose(inspector.why_controls.method, "layer-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "layer-cam")
    assert inspector.live.running
    assert "frames/s" in inspector.picture._facts.text()
    assert inspector.picture.drawn().shape == (120, 160, 3)
    assert inspector.controls.stop_live.isVisible()
    inspector.controls.stop_live.click()
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=30_000)
    assert not inspector.live.running
    assert inspector.controls.live.isVisible()
    frame = inspector.why.found.image
    choose(inspector.why_controls.method, "hires-cam")
    wait_for(qtbot, inspector, lambda found: found.method == "hires-cam")
    assert inspector.why.found.image is frame  # the last frame is an image like any other


def test_the_class_bars_follow_the_newest_frame(qtbot, window, inspector, monkeypatch):
    shown, show = [], inspector.panel.show_answer

    def watch(predictions, classes, seen, card):
        shown.append((predictions, inspector.why.found))
        show(predictions, classes, seen, card)

    monkeypatch.setattr(inspector.panel, "show_answer", watch)
    inspector.controls.live_wanted.emit(SCENE)
    assert "first frame" in inspector.panel.bars.hint
    qtbot.waitUntil(lambda: inspector.live.shown >= 4, timeout=60_000)
    inspector.controls.stop_live.click()
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=30_000)
    assert len(shown) == inspector.live.shown  # one repaint a frame on show, none queued behind it
    assert len({id(found.image) for _, found in shown}) == len(shown)
    predictions, found = shown[-1]
    assert inspector.panel.bars.predictions() == predictions
    exact = Classifier(found.explainer.model).classify(found.image).predictions
    assert [p.label for p in predictions] == [p.label for p in exact]
    for ours, theirs in zip(predictions, exact, strict=True):
        assert ours.probability == pytest.approx(theirs.probability, abs=1e-4)
        assert ours.logit == pytest.approx(theirs.logit, abs=1e-3)


def test_another_model_takes_over_the_live_picture_and_its_last_frame(qtbot, window, inspector, tmp_path):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(inputs))
    keras.Model(inputs, layers.Dense(3, "softmax")(x)).save(tmp_path / "mine.keras")
    inspector.controls.live_wanted.emit(SCENE)
    qtbot.waitUntil(lambda: inspector.live.shown >= 2, timeout=60_000)
    first = inspector.why.found.explainer
    window.open_paths([tmp_path / "mine.keras"])
    qtbot.waitUntil(lambda: inspector.why.found.explainer is not first, timeout=60_000)
    assert inspector.live.running
    assert len(inspector.panel.bars.predictions()) == 3
    inspector.controls.stop_live.click()
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=30_000)
    frame = inspector.why.found.image
    inspector.answering.open_model("digits")
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    qtbot.waitUntil(lambda: inspector.why.found is not None, timeout=60_000)  # the map of the model before is gone
    assert inspector.why.found.explainer.card.id == "digits"
    assert inspector.why.found.image is frame


def test_a_table_ends_the_live_picture(qtbot, window, inspector, tmp_path):
    for name in ("one.png", "two.png"):
        Image.fromarray(SAMPLES["digit-8"].load().pixels).save(tmp_path / name)
    inspector.controls.live_wanted.emit(SCENE)
    qtbot.waitUntil(lambda: inspector.live.shown >= 1, timeout=60_000)
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: len(inspector.results.model.rows) == 2, timeout=60_000)
    assert not inspector.live.running
    assert inspector.panel.bars.predictions() == ()
    assert "Select a row" in inspector.panel.bars.hint


def test_a_source_that_does_not_exist_is_named(qtbot, window, inspector, tmp_path):
    inspector.controls.live_wanted.emit(str(tmp_path / "nothing.mp4"))
    qtbot.waitUntil(lambda: "nothing.mp4" in window.banner.text(), timeout=30_000)
    assert not inspector.live.running


def test_a_source_that_gives_no_frame_brings_the_answer_back(qtbot, window, inspector, tmp_path):
    said = inspector.panel.bars.predictions()
    inspector.controls.live_wanted.emit(str(tmp_path / "nothing.mp4"))
    qtbot.waitUntil(lambda: "nothing.mp4" in window.banner.text(), timeout=30_000)
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=30_000)
    assert [p.label for p in inspector.panel.bars.predictions()] == [p.label for p in said]


def test_a_model_that_is_not_here_is_not_asked_live(window, inspector):
    inspector.controls.chooser.select("mobilenet-v2")
    inspector.controls.live_wanted.emit(SCENE)
    assert window.banner.text().startswith("The weights of this model are not on this machine.")
    assert not inspector.live.running


def test_a_live_picture_that_is_stopped_before_its_first_frame_brings_the_answer_back(qtbot, window, inspector):
    said = [p.label for p in inspector.panel.bars.predictions()]
    inspector.controls.live_wanted.emit(SCENE)
    assert "first frame" in inspector.panel.bars.hint
    inspector.controls.stop_live.click()
    assert inspector.live.shown == 0
    qtbot.waitUntil(lambda: not window.jobs.running() and inspector.answer is not None, timeout=60_000)
    assert [p.label for p in inspector.panel.bars.predictions()] == said


def test_a_camera_that_is_tried_again_says_why(qtbot, window, inspector, monkeypatch):
    monkeypatch.setattr(cameras, "list_cameras", list)
    inspector.controls.live_wanted.emit("camera")
    qtbot.waitUntil(lambda: "Trying again." in inspector.panel.bars.hint, timeout=60_000)
    assert "Camera 0" in inspector.panel.bars.hint
    inspector.controls.stop_live.click()
    qtbot.waitUntil(lambda: not window.jobs.running(), timeout=60_000)
