"""Light and dark: one set of colours for Qt, style sheet, charts and our own painting."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from engine import paths

MODES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the interface; data has colour maps of its own."""

    ground: str  # behind everything
    surface: str  # fields, lists, pictures
    raised: str  # buttons, headers
    line: str  # borders and rules
    text: str
    muted: str  # secondary text, still 4.5:1 on ground
    accent: str  # the one colour for "this", also the bars
    on_accent: str
    danger: str
    notice: str  # ground of a message


LIGHT = Colours(
    ground="#f4f5f7", surface="#ffffff", raised="#fbfbfc", line="#d3d8df", text="#1c2127", muted="#586270",
    accent="#1f63c6", on_accent="#ffffff", danger="#b3261e", notice="#fdf3d8",
)  # fmt: skip
DARK = Colours(
    ground="#1b1e23", surface="#14161a", raised="#2a2f37", line="#3b424d", text="#e7eaee", muted="#a0a9b6",
    accent="#6ea8fe", on_accent="#0d1420", danger="#ff8a80", notice="#3a3320",
)  # fmt: skip

_SHEET = """
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: 4px; }}
QPushButton {{ background: {raised}; border: 1px solid {line}; border-radius: 5px;
    padding: 5px 12px; min-height: 18px; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:disabled {{ color: {muted}; border-color: {line}; }}
QPushButton:checked {{ border-color: {accent}; color: {accent}; }}
QPushButton:focus {{ border: 1px solid {accent}; }}
QPushButton[primary="true"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[primary="true"]:disabled {{ background: {line}; color: {muted}; border-color: {line}; }}
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{ min-height: 24px; }}
QListView, QTableView, QTreeView, QPlainTextEdit, QTextBrowser {{ background: {surface}; border: 1px solid {line};
    border-radius: 5px; outline: 0; }}
QHeaderView::section {{ background: {raised}; border: none; border-bottom: 1px solid {line}; padding: 6px 4px; }}
QTabWidget#tabs::pane {{ border: none; border-top: 1px solid {line}; }}
QTabWidget#tabs > QTabBar::tab {{ padding: 9px 18px; border: none; border-bottom: 2px solid transparent;
    color: {muted}; }}
QTabWidget#tabs > QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabWidget#tabs > QTabBar::tab:hover {{ color: {text}; }}
QStatusBar {{ border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: {ground}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {muted}; border-radius: 3px;
    background: {surface}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{tick}"); }}
QCheckBox::indicator:disabled {{ border-color: {line}; background: {ground}; }}
QCheckBox::indicator:checked:disabled {{ background: {line}; }}
QCheckBox:focus {{ color: {accent}; }}
QLabel[role="title"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="error"] {{ color: {danger}; }}
QFrame#banner {{ background: {notice}; border-bottom: 1px solid {line}; }}
QProgressBar {{ border: 1px solid {line}; border-radius: 4px; background: {surface}; text-align: center;
    max-height: 12px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
"""


def palette_of(colours: Colours) -> QPalette:
    """The same colours as Qt's palette, for what the style sheet does not reach."""
    role = QPalette.ColorRole
    palette = QPalette()
    for target, name in (
        (role.Window, colours.ground), (role.WindowText, colours.text), (role.Base, colours.surface),
        (role.AlternateBase, colours.raised), (role.Text, colours.text), (role.Button, colours.raised),
        (role.ButtonText, colours.text), (role.Highlight, colours.accent), (role.HighlightedText, colours.on_accent),
        (role.ToolTipBase, colours.raised), (role.ToolTipText, colours.text), (role.PlaceholderText, colours.muted),
        (role.Link, colours.accent), (role.Mid, colours.line), (role.Dark, colours.line), (role.Midlight, colours.line),
        (role.Light, colours.raised), (role.BrightText, colours.danger),
    ):  # fmt: skip
        palette.setColor(target, QColor(name))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colours.muted))
    return palette


class Theme(QObject):
    """The theme in force; widgets that paint by themselves read `colours` when they paint."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.mode = "system"
        self.colours = LIGHT
        app.setStyle("Fusion")
        app.setFont(tabular(app.font()))
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.use(mode)

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.colours is DARK

    def use(self, mode: str) -> None:
        """Switch to "light", "dark" or what the "system" says; an unknown word is taken as "system"."""
        self.mode = mode if mode in MODES else "system"
        wanted = self.mode == "dark" or (self.mode == "system" and self._system_is_dark())
        self.colours = DARK if wanted else LIGHT
        self._app.setPalette(palette_of(self.colours))
        tick = (paths.RESOURCES / "icons" / f"tick-{'dark' if wanted else 'light'}.svg").as_posix()
        named = {field.name: getattr(self.colours, field.name) for field in fields(Colours)}
        self._app.setStyleSheet(_SHEET.format(tick=tick, **named))
        self.changed.emit()

    def _system_is_dark(self) -> bool:
        return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _system_changed(self) -> None:
        if self.mode == "system":
            self.use("system")


def tabular(font: QFont) -> QFont:
    """The font with digits of equal width, so that a changing number does not make its row jump."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
