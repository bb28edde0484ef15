"""The tabs of the window: a new one is one line here."""

from __future__ import annotations

from gui.inspector.tab import InspectorTab
from gui.tab import Tab

TABS: tuple[type[Tab], ...] = (InspectorTab,)
