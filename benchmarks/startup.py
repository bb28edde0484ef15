"""Start-up: time to the first painted, clickable window against the time of importing TensorFlow.

    python benchmarks/startup.py [--runs 5]

Both are whole processes, from the start of the interpreter to the last line, on the offscreen platform.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Line, alternate, show

# The real start of the program, which reports once it has answered a click that came after its first paint.
WINDOW = """
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
import gui.app as app

class FirstClick(QObject):
    painted = False
    def eventFilter(self, target, event):
        if event.type() == QEvent.Type.Paint and isinstance(target, QPushButton) and not self.painted:
            self.painted = True
            QTimer.singleShot(0, lambda: self.click(target))
        return False
    def click(self, button):
        button.clicked.disconnect()
        button.clicked.connect(lambda: print("clicked", flush=True))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

make = app.make_application
def make_watched():
    application = make()
    application.watcher = FirstClick()
    application.installEventFilter(application.watcher)
    return application
app.make_application = make_watched
app.start()
"""


def until_click() -> None:
    """Start the window, wait for its answer to a click, then end it."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "CNN_STUDIO_HOME": home}
        command = [sys.executable, "-c", WINDOW]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
            assert process.stdout is not None
            answer = process.stdout.readline()
            process.kill()
        if answer.strip() != b"clicked":
            raise SystemExit("the window did not answer a click")


def import_tensorflow() -> None:
    """The peer: what every program pays that imports TensorFlow before it shows itself."""
    subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    window, tensorflow = alternate(runs, until_click, import_tensorflow)
    lines = [Line("first painted, clickable window / import tensorflow", window, tensorflow, "<= 0.25")]
    show(f"Start-up, medians of {runs} runs", lines)


if __name__ == "__main__":
    main()
