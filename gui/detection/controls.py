"""Left side of the Detection tab: source, detector, confidence; the rest folded away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from engine.detection.choices import Choices
from engine.detection.detector import Detector, Settings
from engine.detection.drawing import BOX_STYLES, LABEL_STYLES, Look
from engine.detection.heads import HEADS
from engine.detection.privacy import STYLES
from engine.detection.view import Options
from gui.detection.class_filter import ClassFilter
from gui.detection.model_chooser import DetectorChooser
from gui.detection.parts import heading, scrolled
from gui.detection.source_chooser import CameraFormat, SourceChooser
from gui.widgets.folded import FoldedSection
from gui.widgets.form import Form

_ORT = "onnxruntime"
_RUNTIMES = {"ONNX Runtime": _ORT, "OpenCV": "opencv", "Keras (Darknet files)": "keras"}
_AUTO = "Automatic"
_SIDES = ("320", "416", "512", "640", "960", "1280")


class Share(QWidget):
    """A slider for a number from 0 to 1 that shows it."""

    changed = Signal()

    def __init__(self, name: str, value: float, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(1, 99)
        self.slider.setValue(round(value * 100))
        self.slider.setAccessibleName(name)
        self.slider.setToolTip(tip)
        self._shown = QLabel()
        self._shown.setFixedWidth(36)
        self._shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self._shown)
        self.slider.valueChanged.connect(self._moved)
        self._shown.setText(f"{value:.2f}")

    def value(self) -> float:
        """The number."""
        return self.slider.value() / 100

    def _moved(self) -> None:
        self._shown.setText(f"{self.value():.2f}")
        self.changed.emit()


class Controls(QWidget):
    """Emits what the person wants; holds no picture and starts no work."""

    options_changed = Signal()  # acts on the next frame
    model_changed = Signal()  # the detector has to be opened again
    source_changed = Signal()  # the camera has to be opened again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: str | None = None
        self.source = SourceChooser()
        self.model = DetectorChooser()
        self.confidence = Share("Confidence", 0.25, "Boxes scored lower are left out ([ and ] change it)")
        self.confidence.changed.connect(self.options_changed)
        self.advanced = FoldedSection(self._build_advanced())
        self.keep_choices()
        column = scrolled(self, "Source, detector and settings")
        for title, widget in (("Source", self.source), ("Detector", self.model), ("Confidence", self.confidence)):
            column.addWidget(heading(title))
            column.addWidget(widget)
            column.addSpacing(8)
        column.addWidget(self.advanced)
        column.addStretch(1)

    def options(self) -> Options:
        """Everything that acts on the next frame."""
        settings = Settings(
            self.confidence.value(), self.iou.value(), self.classes.classes(), self.agnostic.isChecked()
        )
        look = Look(self.box_style.currentText(), self.label_style.currentText(), trails=self.track.isChecked())
        private = self.private.classes() or frozenset()
        style = self.privacy.currentText()
        return Options(settings, self.track.isChecked(), self.mirror.isChecked(), look, private, style)

    def choices(self) -> Choices:
        """How the detector is to be opened."""
        side, head = self.input_size.currentText(), self.head.currentData()
        size = None if side == _AUTO else (int(side), int(side))
        runtime, device = self.runtime.currentData()
        return Choices(self._labels, head, runtime, device, size)

    def model_chosen(self) -> None:
        """Another file was chosen: what belonged to the last one starts over."""
        self._labels = None
        self.labels_button.setText("Choose…")
        for box in self._opening():
            box.setCurrentIndex(0)

    def keep_choices(self) -> None:
        """What is chosen now worked."""
        self._kept = (self._labels, self.labels_button.text(), tuple(box.currentIndex() for box in self._opening()))

    def restore_choices(self) -> None:
        """What is chosen now did not work: show again what did."""
        self._labels, text, indices = self._kept
        self.labels_button.setText(text)
        for box, index in zip(self._opening(), indices, strict=True):
            box.setCurrentIndex(index)

    def _opening(self) -> tuple[QComboBox, ...]:
        """The boxes that say how a detector is opened."""
        return self.head, self.input_size, self.runtime

    def describe(self, detector: Detector) -> None:
        """The detector is loaded: show its facts and classes."""
        self.model.describe(detector)
        names = [detector.label(c) for c in range(detector.classes or 0)]
        self.classes.set_names(names)
        self.private.set_names(names)
        self.input_size.setEnabled(detector.resizable)
        self.coco.setVisible(detector.classes == 80 and not detector.labels)

    def offer_devices(self, devices: Sequence[str]) -> None:
        """Let a device of ONNX Runtime be chosen where it has more than the processor; unchosen, it takes the best."""
        for device in devices if len(devices) > 1 else ():
            title = f"ONNX Runtime on {device}"
            if self.runtime.findText(title) < 0:
                self.runtime.addItem(title, (_ORT, device))

    def nudge_confidence(self, step: int) -> None:
        """Move the confidence by hundredths."""
        self.confidence.slider.setValue(self.confidence.slider.value() + step)

    def _build_advanced(self) -> QWidget:
        body = QWidget()
        form = Form(body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(Form.RowWrapPolicy.WrapLongRows)
        self.iou = Share(
            "Overlap", 0.45, "NMS threshold: a box is dropped if its IoU with a higher-scoring one exceeds this"
        )
        self.iou.changed.connect(self.options_changed)
        form.addRow("Overlap", self.iou)
        self.agnostic = self._tick(
            form, "Class-agnostic", "Boxes of different classes suppress each other too (class-agnostic NMS)"
        )
        self.track = self._tick(form, "Track", "Give each object a lasting number and draw its path (T)")
        self.mirror = self._tick(form, "Mirror", "As in a mirror: for a camera that looks at you (M)")
        self.classes = ClassFilter("Classes", "Only ticked classes are shown; none ticked: all of them", True)
        self.classes.changed.connect(self.options_changed)
        form.addRow(heading("Classes shown"))
        form.addRow(self.classes)
        self.private = ClassFilter("Covered classes", "Ticked classes are made unrecognisable everywhere", False)
        self.private.changed.connect(self.options_changed)
        form.addRow(heading("Covered for privacy"))
        form.addRow(self.private)
        self.privacy = self._box(form, "Cover with", STYLES, "How covered boxes look; nothing can be recovered")
        form.addRow(heading("Look"))
        self.box_style = self._box(form, "Boxes", BOX_STYLES, "How boxes are drawn (B)")
        self.label_style = self._box(form, "Labels", LABEL_STYLES, "What is written at a box (N)")
        form.addRow(heading("Detector"))
        self.head = self._box(
            form, "Head", (), "How the outputs are decoded; change it if it was recognised wrongly", model=True
        )
        self.head.addItem(_AUTO, None)
        for head in HEADS.values():
            self.head.addItem(head.title, head.name)
        self.input_size = self._box(
            form, "Input size", (_AUTO, *_SIDES), "A larger input finds smaller objects, but is slower", model=True
        )
        self.runtime = self._box(
            form, "Runtime", (), "Library that runs the network; the panel on the right shows the device", model=True
        )
        for title, name in _RUNTIMES.items():
            self.runtime.addItem(title, (name, ""))
        self.labels_button = QPushButton("Choose…")
        self.labels_button.setToolTip("Class names of your own model: a text file with one name per line")
        self.labels_button.setAccessibleName("Labels file")
        self.labels_button.clicked.connect(self._ask_labels)
        form.addRow("Class names", self.labels_button)
        self.coco = QPushButton("Use the 80 COCO names")
        self.coco.setToolTip("For models trained on COCO, in its usual order")
        self.coco.clicked.connect(lambda: self._use_labels("coco"))
        self.coco.hide()
        form.addRow(self.coco)
        form.addRow(heading("Camera"))
        self.camera = CameraFormat()
        self.camera.changed.connect(self.source_changed)
        form.addRow(self.camera)
        return body

    def _tick(self, form: Form, name: str, tip: str) -> QCheckBox:
        box = QCheckBox(name)
        box.setToolTip(tip)
        box.toggled.connect(lambda _: self.options_changed.emit())
        form.addRow(box)
        return box

    def _box(self, form: Form, name: str, texts: tuple[str, ...], tip: str, model: bool = False) -> QComboBox:
        box = QComboBox()
        box.addItems(texts)
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        signal = self.model_changed if model else self.options_changed
        box.activated.connect(lambda _: signal.emit())
        form.addRow(name, box)
        return box

    def _ask_labels(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Class names", "", "Names (*.txt *.names *.json);;All files (*)")
        if name:
            self._use_labels(name)

    def _use_labels(self, labels: str) -> None:
        self._labels = labels
        self.labels_button.setText("COCO" if labels == "coco" else Path(labels).name)
        self.model_changed.emit()
