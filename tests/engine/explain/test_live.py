import threading
from dataclasses import dataclass

import numpy as np
import pytest

from engine.errors import Cancelled
from engine.explain.asking import Wanted
from engine.explain.explaining import explain, prepare_for
from engine.explain.live import explain_live
from engine.jobs import Job, LatestSlot


@dataclass(frozen=True)
class Picture:
    image: np.ndarray


class Reel:
    """Frames handed out one after the other, as a capture does."""

    def __init__(self, count):
        rng = np.random.default_rng(0)
        self.left = [Picture(rng.integers(0, 255, (20, 30, 3), dtype=np.uint8)) for _ in range(count)]

    def take(self, timeout=None):
        return self.left.pop(0) if self.left else None

    @property
    def finished(self):
        return not self.left


def test_every_frame_is_explained_as_wanted_at_that_moment(explainer):
    reel, shots = Reel(4), []
    frames = list(reel.left)
    wishes = iter([Wanted("grad-cam"), Wanted("hires-cam", class_id=2), Wanted("layer-cam"), Wanted(layer="conv1")])
    assert explain_live(reel, explainer, lambda: next(wishes), shots.append) == 4
    assert [shot.found.explanation.method for shot in shots] == ["grad-cam", "hires-cam", "layer-cam", "grad-cam"]
    direct = explain(explainer, prepare_for(explainer, frames[0].image))
    np.testing.assert_array_equal(shots[0].found.explanation.values, direct.values)
    assert shots[3].found.explanation.layer == "conv1"
    assert shots[-1].count == 4
    assert shots[-1].rate > 0
    assert shots[-1].cost_ms > 0


def test_the_newest_frame_wins_and_cancel_ends(explainer):
    slot, job, shots = LatestSlot(), Job(), []

    class Camera:
        finished = False
        take = staticmethod(slot.take)

    ended = []

    def work():
        try:
            explain_live(Camera, explainer, Wanted, shots.append, job)
        except Cancelled:
            ended.append(True)

    for value in range(5):
        slot.put(Picture(np.full((20, 30, 3), value * 20, np.uint8)))
    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(200):
        if shots:
            break
        worker.join(0.02)
    job.cancel()
    worker.join(5)
    assert ended == [True]
    assert [int(shot.image[0, 0, 0]) for shot in shots] == [80]


def test_an_error_ends_the_picture(explainer):
    from engine.errors import InvalidModel

    with pytest.raises(InvalidModel, match="no layer"):
        explain_live(Reel(2), explainer, lambda: Wanted(layer="nowhere"), lambda _: None)
