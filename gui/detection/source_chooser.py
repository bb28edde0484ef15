"""Choose where the picture comes from: sample scene, cameras by name, screen, files, a stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.video.cameras import Camera, Format
from engine.video.mjpeg import shown_address
from gui.widgets.form import Form

_SIZES = {"Automatic": (0, 0), "640 × 480": (640, 480), "1280 × 720": (1280, 720), "1920 × 1080": (1920, 1080)}
_RATES = {"Automatic": 0.0, "15 frames/s": 15.0, "30 frames/s": 30.0, "60 frames/s": 60.0}
_CODES = {"Automatic": "", "MJPG (compressed)": "MJPG", "YUYV (raw)": "YUYV"}
_VIDEO = "Videos and images (*.mp4 *.mkv *.avi *.mov *.webm *.m4v *.mpg *.jpg *.jpeg *.png *.bmp *.webp);;All files (*)"

_ASKS = (
    ("Folder of images…", "ask:folder"),
    ("Network stream…", "ask:stream"),
    ("Part of the screen…", "ask:region"),
    ("Look for cameras again", "ask:cameras"),
)


class SourceChooser(QWidget):
    """Emits one line of text that names a source, as `engine.video.spec` reads it."""

    chosen = Signal(str)
    refresh_wanted = Signal()  # list the cameras anew

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cameras: list[Camera] = []
        self._extra: list[str] = []  # files and addresses used in this window, the newest first
        self._current = "synthetic"
        self.box = QComboBox()
        self.box.setAccessibleName("Source")
        self.box.setToolTip("Where the picture comes from")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.activated.connect(self._activated)
        self.open_button = QPushButton("Open video or image…")
        self.open_button.setToolTip("Choose a video, or an image; folders and files can also be dropped on the window")
        self.open_button.clicked.connect(self.ask_file)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setProperty("role", "muted")
        self.facts.setToolTip("What the source really delivers")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addWidget(self.open_button)
        column.addWidget(self.facts)
        self._fill()

    def current(self) -> str:
        """The source in use."""
        return self._current

    def set_cameras(self, cameras: list[Camera]) -> None:
        """Show these cameras."""
        self._cameras = cameras
        self._fill()

    def select(self, spec: str) -> None:
        """Show a source as chosen, without emitting."""
        self._current = spec
        if spec not in self._listed() and not spec.startswith("camera:"):
            self._extra = [spec, *(other for other in self._extra if other != spec)][:6]
        self._fill()

    def ask_file(self) -> None:
        """The file dialog."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a video or an image", "", _VIDEO)
        if name:
            self._choose(name)

    def _listed(self) -> dict[str, str]:
        """Sources that are always offered: text on screen by spec."""
        cameras = {f"camera:{camera.name}": camera.name for camera in self._cameras}
        return {"synthetic": "Sample scene", **cameras, "screen": "Screen"}

    def _fill(self) -> None:
        self.box.clear()
        for spec, title in self._listed().items():
            self.box.addItem(title, spec)
        for spec in self._extra:
            self.box.addItem(shown_address(spec) if "://" in spec else Path(spec).name or spec, spec)
            self.box.setItemData(self.box.count() - 1, shown_address(spec), Qt.ItemDataRole.ToolTipRole)
        if self._current not in (self.box.itemData(i) for i in range(self.box.count())):
            self.box.addItem(self._current.removeprefix("camera:"), self._current)
        self.box.insertSeparator(self.box.count())
        for title, action in _ASKS:
            self.box.addItem(title, action)
        self.box.setCurrentIndex(self.box.findData(self._current))

    def _activated(self, index: int) -> None:
        spec = str(self.box.itemData(index))
        if not spec.startswith("ask:"):
            self._choose(spec)
            return
        self.box.setCurrentIndex(self.box.findData(self._current))
        asks: dict[str, Callable[[], None]] = {
            "ask:folder": self._ask_folder,
            "ask:stream": self._ask_stream,
            "ask:region": self._ask_region,
            "ask:cameras": self.refresh_wanted.emit,
        }
        asks[spec]()

    def _choose(self, spec: str) -> None:
        self.select(spec)
        self.chosen.emit(spec)

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of images")
        if name:
            self._choose(name)

    def _ask_stream(self) -> None:
        question = "Address of the stream, such as rtsp://name:password@camera/live or http://camera/video"
        address, ok = QInputDialog.getText(self, "Network stream", question, QLineEdit.EchoMode.Normal)
        if ok and address.strip():
            self._choose(address.strip() if "://" in address else f"http://{address.strip()}")

    def _ask_region(self) -> None:
        question = "Left, top, width and height in pixels"
        numbers, ok = QInputDialog.getText(self, "Part of the screen", question, text="0, 0, 960, 540")
        if ok and numbers.strip():
            self._choose("screen:" + numbers.replace(" ", ""))


class CameraFormat(QWidget):
    """What to ask a camera for; the camera may grant something else."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = Form(self)
        form.setContentsMargins(0, 0, 0, 0)
        self._size = self._box(form, "Camera size", list(_SIZES))
        self._rate = self._box(form, "Camera rate", list(_RATES))
        self._code = self._box(form, "Camera format", list(_CODES))

    def wanted(self) -> Format:
        """The choice as the engine takes it."""
        width, height = _SIZES[self._size.currentText()]
        return Format(width, height, _RATES[self._rate.currentText()], _CODES[self._code.currentText()])

    def _box(self, form: Form, title: str, texts: list[str]) -> QComboBox:
        box = QComboBox()
        box.addItems(texts)
        box.setAccessibleName(title)
        box.setToolTip(f"{title} to ask for; what is granted is shown under the source")
        box.activated.connect(lambda _: self.changed.emit())
        form.addRow(title, box)
        return box
