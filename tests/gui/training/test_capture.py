"""Pictures from a source into classes, then trained on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from engine.data.datasets import open_source
from tests.gui.training.test_training_tab import tab  # noqa: F401 - a fixture


def test_two_bursts_of_two_classes_become_the_data(tab, qtbot):  # noqa: F811
    tab.capture()
    dialog = tab.camera
    qtbot.waitUntil(lambda: dialog.source.count() > 0, timeout=10_000)
    dialog.source.setCurrentIndex(dialog.source.findData("synthetic"))
    dialog._open()
    qtbot.waitUntil(lambda: dialog.view.pixels is not None, timeout=10_000)
    assert not dialog.hold.isEnabled()
    for name in ("left", "right"):
        dialog.name.setText(name)
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
        for _ in range(2):
            before = dialog._counts[name]
            qtbot.mousePress(dialog.hold, Qt.MouseButton.LeftButton)
            qtbot.waitUntil(lambda: dialog._burst is not None and len(dialog._burst.images) >= 2, timeout=10_000)
            qtbot.mouseRelease(dialog.hold, Qt.MouseButton.LeftButton)
            qtbot.waitUntil(lambda before=before, name=name: dialog._counts[name] >= before + 2, timeout=10_000)
    folder = Path(dialog.folder)
    qtbot.mouseClick(dialog.done_button, Qt.MouseButton.LeftButton)
    assert tab.camera is None
    source = open_source(str(folder))
    assert source.class_names == ("left", "right")
    assert len(set(source.groups)) == 4
    qtbot.waitUntil(lambda: "2 classes" in tab.data_view.summary.text(), timeout=20_000)
