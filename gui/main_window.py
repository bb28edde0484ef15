"""The window: tabs, menus, drops, messages and status around them."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QMenu, QTabWidget, QVBoxLayout, QWidget

from engine.errors import EngineError, describe
from engine.images import SUFFIXES, LoadedImage
from gui.about import about_box
from gui.context import AppContext
from gui.crash import CrashHandler
from gui.help import CourseDialog
from gui.jobs import JobRunner
from gui.log_view import LogView
from gui.settings import Settings
from gui.tab import Tab
from gui.tabs import TABS, TabHolder
from gui.theme import MODES, Theme
from gui.widgets.banner import Banner
from gui.widgets.drop_zone import DropZone
from gui.widgets.job_bar import JobBar

PATIENCE_MS = 2000  # after which closing says what it waits for


class MainWindow(QMainWindow):
    """Owns the shared services and the tabs; knows of a tab only what `Tab` says."""

    def __init__(self, theme: Theme, crash: CrashHandler | None = None) -> None:
        super().__init__()
        self.setWindowTitle("CNN Studio")
        self.resize(1280, 800)
        self.setMinimumSize(960, 640)
        self.jobs = JobRunner(self)
        self.settings = Settings(self)
        self.banner = Banner()
        self._crash = crash
        self._closing_since = -1
        self.context = AppContext(
            self.jobs, self.settings, theme, self.banner.say, self.settings.add_recent, self.show_in
        )
        self._holders = [TabHolder(spec, self.context) for spec in TABS]
        self._started = False
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.log_view = LogView(self)
        self._build()
        self._build_menus()
        self._restore()
        self.jobs.failed.connect(self._job_failed)
        self.tab()
        self.tabs.currentChanged.connect(self._tab_shown)

    def tab(self) -> Tab:
        """The tab in front."""
        return self._holders[self.tabs.currentIndex()].build()

    def all_tabs(self) -> list[Tab]:
        """Every tab that was ever in front, in order."""
        return [holder.tab for holder in self._holders if holder.tab is not None]

    def show_tab(self, title: str) -> Tab:
        """Bring a tab to the front. Raises StopIteration when there is none of that title."""
        index = next(index for index, holder in enumerate(self._holders) if holder.spec.title == title)
        self.tabs.setCurrentIndex(index)
        return self.tab()

    def show_in(self, title: str, image: LoadedImage) -> None:
        """Hand an image to another tab and show that."""
        self.show_tab(title).open_image(image)

    def started(self) -> None:
        """The window is on screen: let the heavy libraries load now."""
        self._started = True
        self.tab().started()
        self.jobs.submit(_find_devices, on_result=lambda devices: self._device.setText(devices.in_use))

    def _build(self) -> None:
        for holder in self._holders:
            self.tabs.addTab(holder, holder.spec.title)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.tabs, 1)
        self.setCentralWidget(central)
        self.drop_zone = DropZone(self)
        self.drop_zone.paths_dropped.connect(self.open_paths)
        self.drop_zone.image_dropped.connect(self.open_image)
        self.drop_zone.refused.connect(self.banner.say)
        self._device = QLabel("Loading TensorFlow…")
        self._device.setProperty("role", "muted")
        self._device.setToolTip("The processor that runs the networks")
        self.statusBar().addWidget(self._device)
        self.statusBar().addPermanentWidget(JobBar(self.jobs))
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(14, 0, 16, 0)
        self.log_view.hide()
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.log_view)

    def _build_menus(self) -> None:
        file = self.menuBar().addMenu("&File")
        self._action(file, "&Open images…", self._ask_files, QKeySequence.StandardKey.Open)
        self._action(file, "Open &folder…", self._ask_folder, "Ctrl+Shift+O")
        self._recent = file.addMenu("&Recent files")
        self._recent.aboutToShow.connect(self._fill_recent)
        self._action(file, "&Paste image", self.paste, QKeySequence.StandardKey.Paste)
        file.addSeparator()
        self._action(file, "&Quit", self.close, QKeySequence.StandardKey.Quit)
        view = self.menuBar().addMenu("&View")
        themes = QActionGroup(self)
        for mode in MODES:
            action = self._action(view, f"{mode.capitalize()} theme", lambda _=False, m=mode: self._use_theme(m))
            action.setCheckable(True)
            action.setChecked(mode == self.context.theme.mode)
            themes.addAction(action)
        view.addSeparator()
        log = self.log_view.toggleViewAction()
        log.setText("&Log")
        log.setShortcut("Ctrl+L")
        view.addAction(log)
        for number in range(1, self.tabs.count() + 1):
            QShortcut(f"Ctrl+{number}", self, lambda index=number - 1: self.tabs.setCurrentIndex(index))
        help_menu = self.menuBar().addMenu("&Help")
        self._action(help_menu, "&Course and further reading", lambda: CourseDialog(self).show(), "F1")
        self._action(help_menu, "&About CNN Studio", lambda: about_box(self).show())

    def _action(self, menu: QMenu, text: str, run: Any, shortcut: Any = None) -> QAction:
        action = QAction(text, self)
        if shortcut is not None:
            action.setShortcut(shortcut)
        action.triggered.connect(run)
        menu.addAction(action)
        return action

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Hand files or folders to the tab in front."""
        self.banner.say("")
        self.tab().open_paths(list(paths))

    def open_image(self, image: LoadedImage) -> None:
        """Hand a picture to the tab in front."""
        self.banner.say("")
        self.tab().open_image(image)

    def paste(self) -> None:
        """Take files or a picture from the clipboard."""
        self.drop_zone.take(QGuiApplication.clipboard().mimeData())

    def _ask_files(self) -> None:
        pattern = f"Images ({' '.join(f'*{suffix}' for suffix in sorted(SUFFIXES))});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self, "Open images", self.settings.text("folder"), pattern)
        if names:
            self.settings.put("folder", str(Path(names[0]).parent))
            self.open_paths([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of images", self.settings.text("folder"))
        if name:
            self.settings.put("folder", name)
            self.open_paths([Path(name)])

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self.settings.recent():
            self._action(self._recent, str(path).replace("&", "&&"), lambda _=False, p=path: self.open_paths([p]))
        if self._recent.isEmpty():
            self._recent.addAction("Nothing yet").setEnabled(False)

    def _use_theme(self, mode: str) -> None:
        self.context.theme.use(mode)
        self.settings.put("theme", mode)

    def _job_failed(self, title: str, error: Exception) -> None:
        if isinstance(error, EngineError):
            self.banner.say(error.message, error.hint)
        elif isinstance(error, OSError):
            self.banner.say(f"{title or 'Background work'} failed: {describe(error)}", "Check the disk and the folder.")
        elif self._crash is not None:
            self._crash.report(error)
        else:
            self.banner.say(
                f"{title or 'Background work'} failed: {type(error).__name__}: {error}.",
                "The details are in the log (Ctrl+L).",
            )

    def _tab_shown(self, index: int) -> None:
        """A tab shown for the first time is built, and begins its work if the window has begun."""
        new = self._holders[index].tab is None
        tab = self.tab()
        if new and self._started:
            tab.started()

    def _restore(self) -> None:
        self.restoreGeometry(self.settings.blob("window/geometry"))
        self.restoreState(self.settings.blob("window/state"))
        self.tabs.setCurrentIndex(int(self.settings.number("window/tab", 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The drop veil covers the whole window."""
        super().resizeEvent(event)
        self.drop_zone.resize(self.size())

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all work without blocking; when something takes long to end, say what, and close once it has."""
        if self._closing_since < 0 and not all(tab.may_close() for tab in self.all_tabs()):
            event.ignore()
            return
        if self._closing_since < 0:
            self._remember()
            for tab in self.all_tabs():
                tab.stop()
            self.jobs.cancel_all()
        waiting = [ticket for ticket in self.jobs.running() if ticket.future and not ticket.future.done()]
        if waiting:
            event.ignore()
            self._closing_since = max(self._closing_since, 0) + 50
            if self._closing_since > PATIENCE_MS:
                self.banner.say(f"Closing as soon as this has ended: {waiting[0].title or 'loading TensorFlow'}.")
            self.tabs.setEnabled(False)
            self.menuBar().setEnabled(False)
            self.setAcceptDrops(False)
            self.jobs.cancel_all()
            QTimer.singleShot(50, self.close)
            return
        self.jobs.shutdown()
        self.log_view.stop()
        event.accept()

    def _remember(self) -> None:
        self.settings.put_blob("window/geometry", self.saveGeometry())
        self.settings.put_blob("window/state", self.saveState())
        self.settings.put("window/tab", self.tabs.currentIndex())
        self.settings.save()


def _find_devices(_: object) -> Any:
    """Runs on a worker: imports TensorFlow."""
    from engine import devices

    found = devices.find_devices()
    # TensorFlow leaves a million objects that live as long as the program: a full collection walks them all and holds
    # every thread for a quarter of a second. Frozen, they are not walked.
    gc.freeze()
    return found
