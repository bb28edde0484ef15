"""Can a window be opened here? Qt aborts when it cannot; we say why in one sentence."""

from __future__ import annotations

import ctypes
import os
import socket
import sys

_USE_COMMANDS = "Use the command line instead: python main.py classify IMAGE (see python main.py --help)."


def why_no_window() -> str:
    """The reason why Qt would abort, or "" when a window can be opened."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return ""
    display, wayland = os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", "")
    if not display and not wayland:
        return f"There is no display to open a window on. {_USE_COMMANDS}"
    if wayland:
        return ""
    if not _x_server_answers(display):
        return f"The display “{display}” does not answer. {_USE_COMMANDS}"
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
    except OSError:
        return f"Qt needs a system library: sudo apt install libxcb-cursor0. {_USE_COMMANDS}"
    return ""


def _x_server_answers(display: str) -> bool:
    host, _, number = display.partition(":")
    if host and host != "unix":
        return True  # a remote display, such as ssh -X makes: let Qt try
    name = f"/tmp/.X11-unix/X{number.split('.')[0]}"
    return any(_connects(address) for address in (name, "\0" + name))


def _connects(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
