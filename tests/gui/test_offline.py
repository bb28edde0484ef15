"""A first start in a fresh user folder, without a network: all three bundled models are at work."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest
from PIL import Image

from engine.samples import SAMPLES
from tests.gui.detection.helpers import found_in

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(monkeypatch) -> Iterator[list[object]]:
    """Addresses that something wanted to reach; every one is refused."""
    wanted: list[object] = []

    def refused(*address: object, **_: object) -> None:
        wanted.append(address)
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", lambda _, address: refused(address))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _, address: refused(address))
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    return wanted


def test_a_photo_is_classified_and_explained_and_faces_are_found(asked, window, qtbot, tmp_path):
    window.started()
    inspector = window.all_tabs()[0]
    qtbot.waitUntil(lambda: inspector.answer is not None, timeout=60_000)
    assert inspector.panel.bars.predictions()[0].label == "cat"
    qtbot.waitUntil(lambda: inspector.why.found is not None, timeout=60_000)
    explanation = inspector.why.found.explanation
    assert min(explanation.values.shape) >= 8
    assert explanation.values.max() > 0

    detection = window.show_tab("Detection")

    def boxes() -> int:
        return -1 if detection.stage.view is None else len(detection.stage.view.found)

    qtbot.waitUntil(lambda: boxes() == 2, timeout=60_000)
    assert found_in(detection) == {"face"}

    Image.fromarray(SAMPLES["astronaut"].load().pixels).save(tmp_path / "astronaut.png")
    window.open_paths([tmp_path / "astronaut.png"])
    qtbot.waitUntil(lambda: boxes() == 1, timeout=60_000)
    assert asked == []
