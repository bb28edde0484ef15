"""What the window remembers between starts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from engine import paths

RECENT = 10  # files kept in the menu


class Settings(QObject):
    """Typed access to the INI file in the user's folder."""

    recent_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(paths.settings_file()), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        """A string, or the default when it was never set."""
        return str(self._store.value(key, default))

    def number(self, key: str, default: float) -> float:
        """A number, or the default when it was never set or cannot be read."""
        try:
            return float(str(self._store.value(key, default)))
        except ValueError:
            return default

    def put(self, key: str, value: str | float) -> None:
        """Remember a value."""
        self._store.setValue(key, str(value))

    def blob(self, key: str) -> QByteArray:
        """Geometry or state saved by Qt; empty when there is none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def put_blob(self, key: str, value: QByteArray) -> None:
        """Remember a geometry or state."""
        self._store.setValue(key, value)

    def recent(self) -> list[Path]:
        """Files opened last, the newest first; those that are gone are left out."""
        lines = self.text("recent").split("\n")
        return [path for path in map(Path, filter(None, lines)) if path.exists()]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        others = [known for known in self.recent() if known != path]
        self.put("recent", "\n".join(map(str, [path, *others][:RECENT])))
        self.recent_changed.emit()

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()
