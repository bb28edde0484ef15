"""Fixtures every test shares: a private home folder, the shared material, and leak checks."""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path

import hypothesis
import pytest

# How long an example takes on a busy machine says nothing about the code; a test that hangs meets pytest's time-out.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A million objects of TensorFlow, Keras and Qt live to the end; looking through them less often saves time (a quarter
# of the tests of engine/playground and engine/models).
gc.set_threshold(100_000, 50, 100)

SHARED = Path(__file__).resolve().parents[2] / "shared"
# Pools that TensorFlow, Keras and the standard library keep for the life of the process, by thread name.
LASTING_THREADS = ("asyncio_", "tf_", "ThreadPoolExecutor-keras", "pydevd")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real models, data and photos; absent on most machines, never absent in CI."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the shared material at {SHARED}")
        pytest.skip("the shared material is not on this machine")
    return SHARED


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh user folder a test, so that nothing is read from or written to the real one."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CNN_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_leaked_threads():
    """Fail a test that leaves a thread running; one second of grace for those that are ending."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 1.0
    while leaked := [t for t in threading.enumerate() if t not in before and not _lasting(t)]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {[thread.name for thread in leaked]}")
        time.sleep(0.01)


def _lasting(thread: threading.Thread) -> bool:
    return not thread.is_alive() or thread.name.startswith(LASTING_THREADS)
