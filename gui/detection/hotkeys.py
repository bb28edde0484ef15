"""Single keys of the Detection tab; every one is named in the tooltip of what it does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QListWidget, QListWidgetItem, QWidget

from gui.detection.controls import Controls
from gui.detection.outputs import Outputs
from gui.detection.stage import Stage


def build_hotkeys(
    tab: QWidget, controls: Controls, stage: Stage, outputs: Outputs, draw: Callable[[str], None]
) -> None:
    """Keys that work anywhere in the tab, except while text is typed."""
    keys: dict[str, Callable[[], object]] = {
        "Space": lambda: _press_or(stage.transport.hold.toggle),
        "R": stage.transport.record.toggle,
        "S": lambda: outputs.snapshot(False),
        "C": outputs.copy,
        "I": outputs.inspect,
        "M": controls.mirror.toggle,
        "T": controls.track.toggle,
        "L": lambda: draw("line"),
        "Z": lambda: draw("zone"),
        "[": lambda: controls.nudge_confidence(-5),
        "]": lambda: controls.nudge_confidence(5),
        "B": lambda: _choose_next(controls.box_style),
        "N": lambda: _choose_next(controls.label_style),
    }
    for key, run in keys.items():
        shortcut = QShortcut(QKeySequence(key), tab, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)


def _press_or(otherwise: Callable[[], object]) -> None:
    """What the space bar does to the control that has the focus; `otherwise` where it would do nothing."""
    focused = QApplication.focusWidget()
    if isinstance(focused, QAbstractButton):
        focused.click()
    elif isinstance(focused, QComboBox):
        focused.showPopup()
    elif isinstance(focused, QListWidget) and (item := focused.currentItem()) is not None and _can_be_ticked(item):
        ticked = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)
    else:
        otherwise()


def _can_be_ticked(item: QListWidgetItem) -> bool:
    return bool(item.flags() & Qt.ItemFlag.ItemIsUserCheckable)


def _choose_next(box: QComboBox) -> None:
    """The next item, as a person would choose it."""
    box.setCurrentIndex((box.currentIndex() + 1) % box.count())
    box.activated.emit(box.currentIndex())
