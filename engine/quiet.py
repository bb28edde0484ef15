"""Keep the chatter of native libraries out of the terminal: a failure prints one sentence, not a page of INFO lines."""

from __future__ import annotations

import os
import sys

from engine import paths


def divert_native_output() -> None:
    """Send what C++ code writes to stderr into `logs/native.log`; Python's own `sys.stderr` still reaches the terminal.

    TensorFlow 2.20 and 2.21 write INFO lines on import that no setting turns off (its issue 100442).
    """
    log = paths.home() / "logs" / "native.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        terminal = os.dup(2)
    except OSError:  # no stderr, or no writable home: then the chatter stays where it goes
        return
    os.dup2(file, 2)
    os.close(file)
    sys.stderr = os.fdopen(terminal, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
