"""About: which program, which versions, whose work."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from engine import __version__, paths

LIBRARIES = ("tensorflow", "keras", "PySide6-Essentials", "opencv-python-headless", "onnxruntime", "numpy", "pyqtgraph")


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries, read from their metadata and not by importing them."""
    found = {"Python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def about_box(parent: QWidget) -> QMessageBox:
    """The dialog, ready to be shown."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About CNN Studio")
    box.setText(f"<b>CNN Studio {__version__}</b><br>A laboratory for convolutional neural networks. MIT licence.")
    lines = [f"{name} {number}" for name, number in versions().items()]
    box.setInformativeText("\n".join([*lines, "", f"Your models, runs and settings: {paths.home()}"]))
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return box
