"""The playground needs no TensorFlow, and its engine no window: the tab opens before TensorFlow is there."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine.playground

ENGINE = [path.stem for path in Path(engine.playground.__file__).parent.glob("[a-z]*.py")]
CASES = {
    "engine": ([f"engine.playground.{name}" for name in ENGINE], ["tensorflow", "keras", "PySide6", "matplotlib"]),
    "tab": (["gui.playground.tab"], ["tensorflow", "keras", "sklearn", "skimage"]),
}


@pytest.mark.parametrize("part", CASES)
def test_heavy_libraries_stay_out(part):
    modules, heavy = CASES[part]
    code = f"import sys, {', '.join(modules)}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
