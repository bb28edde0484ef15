"""The whole window takes drops: files, folders, and pictures dragged out of other programs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from engine.images import LoadedImage, from_array
from gui.pictures import from_qimage


def paths_in(mime: QMimeData) -> list[Path]:
    """Local files and folders of a drop or of the clipboard."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def image_in(mime: QMimeData) -> LoadedImage | None:
    """A picture carried as pixels, or None."""
    if not mime.hasImage():
        return None
    image = QImage(mime.imageData())
    return None if image.isNull() else from_array(from_qimage(image), "The picture")


class DropZone(QWidget):
    """A veil over a window that appears while something is dragged over it, and tells what was dropped."""

    paths_dropped = Signal(list)  # of Path
    image_dropped = Signal(object)  # LoadedImage
    refused = Signal(str, str)  # message and hint

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, window: QObject, event: object) -> bool:
        """Handles the window's drag events; everything else passes."""
        if isinstance(event, QDropEvent) and not isinstance(event, QDragEnterEvent):
            if event.type() == event.Type.Drop:
                self._dropped(event)
                return True
            event.acceptProposedAction()  # a move: keeps the cursor's sign right
            return True
        if isinstance(event, QDragEnterEvent):
            if event.mimeData().hasUrls() or event.mimeData().hasImage():
                event.acceptProposedAction()
                self.resize(self._window.size())
                self.raise_()
                self.show()
            return True
        if isinstance(event, QDragLeaveEvent):
            self.hide()
        return False

    def _dropped(self, event: QDropEvent) -> None:
        self.hide()
        event.acceptProposedAction()
        self.take(event.mimeData())

    def take(self, mime: QMimeData) -> None:
        """Tell what a drop or the clipboard holds; files go before pixels, which browsers send along."""
        if paths := paths_in(mime):
            self.paths_dropped.emit(paths)
        elif (image := image_in(mime)) is not None:
            self.image_dropped.emit(image)
        elif mime.hasUrls():
            self.refused.emit("That is an address on the network, not a file.", "Save the image first, then drop it.")
        else:
            self.refused.emit("There is no image in that.", "Copy or drop an image, a file or a folder.")

    def paintEvent(self, _: QPaintEvent) -> None:
        """A tint, a frame and what will happen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self.palette().color(QPalette.ColorRole.Window))
        veil.setAlphaF(0.85)
        painter.fillRect(self.rect(), veil)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        painter.setPen(accent)
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), 12, 12)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop images or a folder")
        painter.end()
