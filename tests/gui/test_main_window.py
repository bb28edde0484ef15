import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QTabBar

from engine.errors import InvalidImage
from gui.about import about_box
from gui.crash import CrashHandler
from gui.help import CourseDialog
from gui.settings import Settings
from gui.tabs import TABS
from tests.gui.conftest import close

ROOT = Path(__file__).resolve().parents[2]


def test_importing_the_window_leaves_tensorflow_alone():
    code = "import sys, gui.app, engine.commands; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def drop(window, mime):
    """A real drag over the window and its drop."""
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), actions, mime, buttons, keys))
    assert window.drop_zone.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), actions, mime, buttons, keys))
    assert not window.drop_zone.isVisible()


def urls(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


@pytest.fixture
def received(window, monkeypatch):
    """What reaches the tab in front, in place of its own handling."""
    seen = []
    monkeypatch.setattr(window.tab(), "open_paths", lambda paths: seen.append(list(paths)))
    monkeypatch.setattr(window.tab(), "open_image", seen.append)
    return seen


def test_dropped_files_reach_the_tab_in_front(window, received, tmp_path):
    strange = tmp_path / "it's ünï “quoted” name.png"
    drop(window, urls(strange, tmp_path))
    assert received == [[strange, tmp_path]]


def test_dropped_pixels_reach_the_tab_as_rgb(window, received):
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(QColor(200, 100, 50))
    mime = QMimeData()
    mime.setImageData(image)
    drop(window, mime)
    np.testing.assert_array_equal(received[0].pixels, np.full((2, 3, 3), (200, 100, 50), np.uint8))


def test_an_address_is_refused_in_words(window, received):
    mime = QMimeData()
    mime.setUrls([QUrl("http://127.0.0.1/cat.jpg")])
    drop(window, mime)
    assert received == []
    assert "not a file" in window.banner.text()


def test_paste_takes_pictures_and_says_so_when_there_is_none(window, received):
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor(1, 2, 3))
    QGuiApplication.clipboard().setImage(image)
    window.paste()
    assert tuple(received[0].pixels[0, 0]) == (1, 2, 3)
    QGuiApplication.clipboard().setText("words")
    window.paste()
    assert "no image" in window.banner.text()


def test_an_error_of_a_job_becomes_a_sentence(qtbot, window):
    def fail(job):
        raise InvalidImage("“x.png” is empty.", "Choose another.")

    window.jobs.submit(fail)
    qtbot.waitUntil(lambda: window.banner.text() == "“x.png” is empty. Choose another.")


def test_closing_cancels_running_jobs_and_waits_for_them(qtbot, make_window):
    window = make_window()
    ended = threading.Event()

    def work(job):
        try:
            while True:
                job.checkpoint()
        finally:
            ended.set()

    window.jobs.submit(work, title="Endless")
    qtbot.waitUntil(lambda: window.jobs.running()[0].future.running())
    close(window)
    assert ended.is_set()


def test_closing_says_what_it_waits_for(qtbot, make_window, monkeypatch):
    monkeypatch.setattr("gui.main_window.PATIENCE_MS", 100)
    window, gate = make_window(), threading.Event()
    window.jobs.submit(lambda job: gate.wait(10), title="Reading a slow disk")
    qtbot.waitUntil(lambda: window.jobs.running()[0].future.running())
    assert not window.close()
    qtbot.waitUntil(lambda: "Reading a slow disk" in window.banner.text())
    gate.set()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_settings_survive_a_restart(make_window, tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    first = make_window()
    first.resize(960, 700)  # what fits the offscreen screen
    first.context.theme.use("dark")
    first._use_theme("dark")
    first.settings.add_recent(tmp_path / "a.png")
    first.settings.add_recent(tmp_path / "gone.png")
    close(first)
    second = make_window()
    assert (second.width(), second.height()) == (960, 700)
    assert Settings().text("theme") == "dark"
    assert second.settings.recent() == [tmp_path / "a.png"]


def test_theme_changes_every_colour_at_once(window):
    window.context.theme.use("dark")
    assert window.palette().window().color().lightness() < 80
    window.context.theme.use("light")
    assert window.palette().window().color().lightness() > 200


def test_crash_handler_shows_details_and_the_window_lives(qtbot, window):
    crash = CrashHandler()
    crash.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: crash.dialog is not None)
        assert "ZeroDivisionError" in crash.dialog.details.toPlainText()
        assert window.isVisible()
        crash.dialog.reject()
        qtbot.waitUntil(lambda: crash.dialog is None)
    finally:
        crash.uninstall()


@pytest.mark.parametrize("title", [spec.title for spec in TABS])
def test_every_control_can_be_reached_and_named(window, title):
    tab = window.show_tab(title)
    qts_own = (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar)  # widgets that are made of others
    for kind in (QAbstractButton, QComboBox, QAbstractSpinBox):
        for control in tab.findChildren(kind):
            if control.objectName().startswith("qt_") or isinstance(control.parent(), qts_own):
                continue
            name = control.accessibleName() or getattr(control, "text", str)()
            assert name, control
            assert control.toolTip(), f"{name} has no tooltip"
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{name} cannot be reached by keyboard"


def test_the_course_and_the_versions_can_be_read(qtbot, window):
    course = CourseDialog(window)
    text = course.text.toPlainText()
    assert "Sanity checks for saliency maps" in text
    assert "Convolution" in text
    course.close()
    box = about_box(window)
    assert "tensorflow 2." in box.informativeText()
    box.close()
