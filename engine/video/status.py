"""What a capture says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from engine.video.source import Granted


class State(Enum):
    """Where a capture is in its life; the value is the word on screen."""

    OPENING = "Opening"
    PLAYING = "Playing"
    PAUSED = "Paused"
    LOST = "Lost"
    ENDED = "Ended"
    FAILED = "Failed"
    STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Status:
    """What a capture is doing, for the status bar."""

    state: State
    granted: Granted | None = None
    message: str = ""  # why it is lost or failed, or a remark about the picture
    delivered: int = 0  # frames handed on
    dropped: int = 0  # frames of a live source nobody took in time
    tries: int = 0  # attempts to reopen since the source was lost
    time_s: float = 0.0  # position of the newest frame
    losses: int = 0  # how often it was lost since the start, which a quick return would hide
    last_loss: str = ""  # why, the last time
