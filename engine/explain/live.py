"""Explanations of moving pictures: always the newest frame, with the rate that is reached and what a frame costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.explain.asking import Found, Wanted, ask
from engine.jobs import Job

if TYPE_CHECKING:
    from engine.explain.graph import Explainer

WAIT = 0.1  # seconds for a frame before looking whether the job was cancelled
SMOOTHING = 0.15  # share of the newest frame in the running means


class Frames(Protocol):
    """Something that hands out frames: `engine.video.capture.Capture`."""

    def take(self, timeout: float | None = None) -> Any:
        """The newest frame, with its pixels as `image`; None when none came in time."""

    @property
    def finished(self) -> bool:
        """Whether no further frame will come."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One explained frame."""

    image: np.ndarray  # (H, W, 3) uint8 RGB
    found: Found
    rate: float  # frames a second reached, a running mean
    cost_ms: float  # of explaining one frame, a running mean
    count: int  # frames explained so far


def explain_live(
    frames: Frames,
    explainer: Explainer,
    wanted: Callable[[], Wanted],
    publish: Callable[[Shot], None],
    job: Job = Job.silent(),
) -> int:
    """Explain frames until they end or the job is cancelled; returns how many.

    wanted: asked for every frame, so that method, class and layer change while the picture runs. publish: called on
    this thread with every result. What the frames' owner does not keep is dropped, not queued.
    """
    count, interval, cost = 0, 0.0, 0.0
    last = time.perf_counter()
    while True:
        job.checkpoint()
        frame = frames.take(WAIT)
        if frame is None:
            if frames.finished:
                return count
            continue
        started = time.perf_counter()
        found = ask(explainer, frame.image, wanted(), job)
        now = time.perf_counter()
        count += 1
        share = 1.0 if count <= 2 else SMOOTHING  # the first frame compiles: it must not weigh on the means
        cost += share * ((now - started) * 1000 - cost)
        interval += share * (now - last - interval)
        last = now
        publish(Shot(frame.image, found, 1 / interval if interval > 0 else 0.0, cost, count))
