import csv
import threading
import time

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from engine.models import store
from engine.models.catalog import entry
from engine.samples import SAMPLES

pytestmark = pytest.mark.slow


@pytest.fixture
def inspector(window):
    return window.all_tabs()[0]


@pytest.fixture
def reader(inspector):
    """The Inspector with the bundled digits model."""
    inspector.answering.open_model("digits")
    return inspector


def labels(inspector):
    return [prediction.label for prediction in inspector.panel.bars.predictions()]


def test_the_first_screen_is_alive(qtbot, window, inspector):
    window.started()
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    assert labels(inspector)[0] == "cat"
    assert inspector.picture.view.pixels is not None
    qtbot.waitUntil(lambda: "CPU" in window._device.text() or "GPU" in window._device.text(), timeout=20_000)
    icons = [inspector.picture.samples.item(i).icon() for i in range(len(SAMPLES))]
    assert not any(icon.isNull() for icon in icons)


def test_a_sample_is_shown_to_the_bundled_model_it_suits(qtbot, inspector):
    for sample, model, answer in (("digit-5", "digits", "5"), ("cat", "cifar10", "cat")):
        inspector.open_sample(SAMPLES[sample])
        qtbot.waitUntil(lambda answer=answer: labels(inspector)[:1] == [answer], timeout=60_000)
        assert inspector.controls.chooser.current() == model
        assert inspector.controls.chooser.fetch.isVisibleTo(inspector) == (model == "cifar10")  # more photo classes


def test_a_dropped_photo_of_a_digit_is_read(qtbot, window, reader, tmp_path):
    inspector = reader
    Image.fromarray(SAMPLES["digit-5"].load().pixels).save(tmp_path / "five.jpg")
    window.open_paths([tmp_path / "five.jpg"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    assert labels(inspector)[0] == "5"
    assert window.settings.recent() == [tmp_path / "five.jpg"]


def test_a_bad_file_is_named_and_the_last_answer_stays(qtbot, window, inspector, tmp_path):
    inspector.open_sample(SAMPLES["digit-8"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    window.open_paths([tmp_path / "broken.jpg"])
    qtbot.waitUntil(lambda: "broken.jpg" in window.banner.text())
    assert labels(inspector)[0] == "8"


def test_a_folder_becomes_a_table_that_sorts_and_is_saved(qtbot, window, reader, tmp_path, monkeypatch):
    inspector = reader
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("digit-3", "digit-5", "digit-8"):
        Image.fromarray(SAMPLES[name].load().pixels).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"no")
    window.open_paths([folder])
    page = inspector.results
    qtbot.waitUntil(lambda: len(page.model.rows) == 4, timeout=60_000)
    assert inspector.pages.currentWidget() is page
    view = page.table.model()
    page.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [view.index(row, 1).data() for row in range(4)] == ["8", "5", "3", ""]
    assert "broken.png" in view.index(3, 3).data()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out.csv"), ""))
    page.save_wanted.emit()
    qtbot.waitUntil(lambda: (tmp_path / "out.csv").exists())
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 3 * 5 + 1
    page.table.selectRow(0)
    assert labels(inspector)[0] == "8"


def test_a_thousand_files_fill_the_table_while_the_window_lives(qtbot, window, inspector, tmp_path):
    small = Image.fromarray(np.full((12, 12, 3), 200, np.uint8))
    for index in range(1000):
        small.save(tmp_path / f"{index:04}.bmp")
    for index in range(0, 1000, 50):
        (tmp_path / f"{index:04}.bmp").write_bytes(b"BM broken")
    inspector.open_sample(SAMPLES["digit-8"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: len(inspector.results.model.rows) == 1000, timeout=60_000)
    assert sum(row.error is not None for row in inspector.results.model.rows) == 20


def test_cancel_stops_a_batch(qtbot, window, inspector, tmp_path):
    small = Image.fromarray(np.full((12, 12, 3), 200, np.uint8))
    for index in range(600):
        small.save(tmp_path / f"{index:04}.bmp")
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: len(inspector.results.model.rows) > 0, timeout=60_000)
    window.jobs.cancel_all()
    qtbot.waitUntil(lambda: not window.jobs.running())
    assert len(inspector.results.model.rows) < 600


def test_a_model_that_is_not_here_offers_to_fetch_it(qtbot, window, inspector, monkeypatch):
    chooser = inspector.controls.chooser
    inspector.open_sample(SAMPLES["cat"])
    chooser.box.setCurrentIndex(chooser.box.findData("mobilenet-v2"))
    chooser.box.activated.emit(chooser.box.currentIndex())
    assert chooser.fetch.isVisible()
    assert "14 MB" in chooser.fetch.text()
    qtbot.waitUntil(lambda: "not on this machine" in inspector.panel.bars.hint)
    assert store.state(entry("mobilenet-v2")) == "missing"


def test_more_classes_are_one_click_away(qtbot, window, inspector, monkeypatch, shared):
    chooser = inspector.controls.chooser
    inspector.open_sample(SAMPLES["cat"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    assert chooser.current() == "cifar10"
    assert chooser.fetch.text() == "Get MobileNetV2: 1,000 classes (14 MB)"
    assert not chooser.take.isVisible()
    from engine.models import acquire

    arrived = threading.Event()

    def fetched(model_id: str, job: object) -> None:
        arrived.wait(30)
        acquire.import_weights(model_id, shared / "models" / "imagenet" / "mobilenet_v2_1.0_224.weights.h5")

    monkeypatch.setattr(acquire, "download", fetched)
    chooser.fetch.click()
    qtbot.waitUntil(lambda: chooser.fetch.text() == "Downloading…")
    assert chooser.current() == "cifar10"  # the last good model stays until there is another
    arrived.set()
    qtbot.waitUntil(lambda: chooser.current() == "mobilenet-v2", timeout=60_000)
    qtbot.waitUntil(lambda: inspector.answer is not None and len(inspector.answer.logits) == 1000, timeout=60_000)
    assert not chooser.fetch.isVisible()


def test_imported_weights_answer_at_once(qtbot, window, inspector, shared):
    chooser = inspector.controls.chooser
    inspector.open_sample(SAMPLES["cat"])
    chooser.select("mobilenet-v2")
    weights = shared / "models" / "imagenet" / "mobilenet_v2_1.0_224.weights.h5"
    chooser.import_wanted.emit("mobilenet-v2", str(weights))
    qtbot.waitUntil(lambda: inspector.answer is not None and len(inspector.answer.logits) == 1000, timeout=60_000)
    assert "cat" in labels(inspector)[0] or labels(inspector)[0] in ("tabby", "lynx")


def test_ones_own_model_asks_for_its_labels(qtbot, window, inspector, tmp_path):
    import keras
    from keras import layers

    inputs = keras.Input((8, 8, 3))
    outputs = layers.Dense(3, activation="softmax")(layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "mine.keras")
    inspector.open_sample(SAMPLES["cat"])
    window.open_paths([tmp_path / "mine.keras"])
    qtbot.waitUntil(lambda: "".join(labels(inspector)).startswith("class "), timeout=60_000)
    assert inspector.controls.advanced.toggle.isChecked()
    (tmp_path / "names.txt").write_text("red\ngreen\nblue")
    inspector.controls._labels = tmp_path / "names.txt"
    inspector.controls.changed.emit()
    qtbot.waitUntil(lambda: set(labels(inspector)) == {"red", "green", "blue"})


def test_a_model_file_that_cannot_be_used_gives_way_to_the_last_good_one(qtbot, window, inspector, tmp_path):
    inspector.open_sample(SAMPLES["digit-8"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    (tmp_path / "bad.keras").write_bytes(b"<html>")
    window.open_paths([tmp_path / "bad.keras"])
    qtbot.waitUntil(lambda: "bad.keras" in window.banner.text())
    assert inspector.controls.chooser.current() == "digits"
    qtbot.waitUntil(lambda: labels(inspector)[:1] == ["8"])


def test_the_window_stays_responsive_while_images_are_classified(qtbot, window, inspector, tmp_path):
    """A 5 ms timer of the GUI thread is late by more than 50 ms in no beat, TensorFlow being loaded."""
    from PySide6.QtCore import QTimer

    for index in range(300):
        Image.fromarray(np.full((200, 200, 3), index % 255, np.uint8)).save(tmp_path / f"{index:03}.jpg")
    inspector.open_sample(SAMPLES["digit-8"])
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    # The map and its stages are compiled first: it is classifying that is looked at here.
    qtbot.waitUntil(lambda: inspector.why.found is not None, timeout=60_000)
    qtbot.waitUntil(lambda: inspector.picture.stages.isVisibleTo(inspector.picture), timeout=60_000)
    beats = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(5)
    qtbot.wait(1000)
    idle = np.percentile(np.diff(beats) * 1000, 99)  # what a machine shared with others delays by itself
    beats.clear()
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: len(inspector.results.model.rows) == 300, timeout=60_000)
    timer.stop()
    assert np.percentile(np.diff(beats) * 1000, 99) < idle + 50


def test_a_download_shows_its_progress_and_can_be_cancelled_and_resumed(
    qtbot, window, inspector, monkeypatch, tmp_path
):
    import threading

    from engine.jobs import Job
    from engine.models import acquire

    gate = threading.Event()

    def slow(model_id: str, job: Job) -> None:
        (store.incoming(model_id).parent).mkdir(parents=True, exist_ok=True)
        store.incoming(model_id).with_suffix(".h5.part").write_bytes(b"half")
        job.report(25, 100, "3.5 MB of 14 MB")
        while not gate.wait(0.01):
            job.checkpoint()

    monkeypatch.setattr(acquire, "download", slow)
    chooser = inspector.controls.chooser
    chooser.select("mobilenet-v2")
    chooser.fetch.click()
    qtbot.waitUntil(lambda: chooser.fetch.text() == "Downloading 25%", timeout=30_000)
    assert not chooser.fetch.isEnabled()
    window.jobs.cancel_all()
    qtbot.waitUntil(lambda: chooser.fetch.isEnabled())
    assert chooser.fetch.text() == "Resume download (14 MB)"


def test_an_empty_folder_is_refused_and_the_picture_stays(qtbot, window, inspector, tmp_path):
    page = inspector.pages.currentWidget()
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: "holds no images" in window.banner.text(), timeout=10_000)
    assert inspector.pages.currentWidget() is page


def test_the_left_column_is_scrolled_and_not_squeezed(qtbot, inspector):
    inspector.controls.advanced.toggle.setChecked(True)
    inspector.why_controls.more.toggle.setChecked(True)
    qtbot.wait(50)
    for widget in (inspector.controls.chooser.box, inspector.why_controls.method, inspector.why_controls.layer):
        assert widget.height() >= widget.minimumSizeHint().height()
