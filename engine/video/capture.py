"""A thread that reads a source: live ones keep only the newest frame and come back after a loss, files lose nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np

from engine.errors import EngineError
from engine.jobs import LatestSlot
from engine.video.frame import Frame, sealed
from engine.video.handover import Handover
from engine.video.pace import Pace
from engine.video.source import Granted, Source, SourceLost
from engine.video.status import State, Status

BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # waits between tries to reopen; the last one repeats
STALL_S = 3.0  # a live source without a frame for so long is shown as lost
BLACK_FRAMES = 45  # so many black pictures in a row are worth a word
JOIN_S = 4.0  # longer than any time-out inside a source


@dataclass
class _Shared:
    """What other threads ask for; guarded by the capture's lock."""

    state: State = State.OPENING
    granted: Granted | None = None
    message: str = ""
    tries: int = 0
    losses: int = 0
    last_loss: str = ""
    seek_s: float | None = None
    paused: bool = False
    newest: Frame | None = None
    opened_ns: int = field(default_factory=time.perf_counter_ns)


class Capture:
    """Runs a source on its own thread from `start` to `stop`; `take` hands out frames on any other thread.

    own_speed: files play at the speed of their time stamps; False reads them as fast as frames are taken. Live sources
    always run at their own speed. loop: files start again at their end.
    """

    def __init__(self, source: Source, own_speed: bool = True, loop: bool = False) -> None:
        self.source = source
        self._own_speed = own_speed
        self._loop = loop
        self._slot: LatestSlot[Frame] | Handover[Frame] = LatestSlot() if source.live else Handover(3)
        self._lock = threading.Lock()
        self._shared = _Shared()
        self._stopping = threading.Event()
        self._wake = threading.Event()  # pause, resume, seek and stop interrupt waiting
        self._thread = threading.Thread(target=self._run, name=f"capture {source.name}", daemon=True)
        self._index = 0
        self._black = 0
        self._started_ns = time.perf_counter_ns()
        self._pace = Pace()

    def start(self) -> Capture:
        """Begin; returns at once, also when the source takes long to open."""
        self._started_ns = time.perf_counter_ns()
        self._thread.start()
        return self

    def stop(self) -> None:
        """End and join the thread; frames not yet taken are dropped. Harmless when not started or stopped already."""
        self._stopping.set()
        self._wake.set()
        self._slot.close()
        self.source.interrupt()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def __enter__(self) -> Capture:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def take(self, timeout: float | None = None) -> Frame | None:
        """The newest frame of a live source or the next one of a file; None on time-out, at the end or once stopped."""
        return self._slot.take(timeout)

    @property
    def status(self) -> Status:
        """What is going on now; cheap, from any thread."""
        with self._lock:
            s = self._shared
            state, message = s.state, s.message
            since_s = (time.perf_counter_ns() - (s.newest.captured_ns if s.newest else s.opened_ns)) / 1e9
            if self.source.live and state is State.PLAYING and since_s > STALL_S:
                state, message = State.LOST, f"{self.source.name} has sent nothing for {since_s:.0f} s."
            dropped = (self._slot.dropped if self.source.live else 0) + self.source.skipped_frames
            time_s = s.newest.time_s if s.newest else 0.0
            return Status(state, s.granted, message, self._index, dropped, s.tries, time_s, s.losses, s.last_loss)

    @property
    def finished(self) -> bool:
        """Whether no further frame will ever come."""
        return self.status.state in (State.ENDED, State.FAILED, State.STOPPED)

    @property
    def hurried(self) -> bool:
        """Whether this is a file that is read as fast as its frames are taken."""
        return not self.source.live and not self._own_speed

    def pause(self) -> None:
        """Hold a file where it is; live sources run on, their frames are dropped."""
        self._ask(paused=True)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._ask(paused=False)

    def seek(self, time_s: float) -> None:
        """Jump in a file; also while paused or at its end, which shows the frame there."""
        self._ask(seek_s=time_s)

    def set_own_speed(self, own_speed: bool) -> None:
        """Play a file at its own speed, or as fast as its frames are taken."""
        self._own_speed = own_speed
        self._pace.restart()
        self._wake.set()

    def _ask(self, **wishes: object) -> None:
        with self._lock:
            for name, value in wishes.items():
                setattr(self._shared, name, value)
            if "seek_s" in wishes and self._shared.state is State.ENDED:
                self._shared.state = State.PLAYING
                if isinstance(self._slot, Handover):
                    self._slot.reopen()
        if "seek_s" in wishes:
            self._slot.take(0)  # room for the frame that was asked for, in case nobody takes while paused
        self._wake.set()

    def _tell(self, **facts: object) -> None:
        with self._lock:
            for name, value in facts.items():
                setattr(self._shared, name, value)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._open_and_read()
                    break
                except SourceLost as lost:
                    self._wait_to_reopen(lost)
        except EngineError as error:
            self._tell(state=State.FAILED, message=str(error))
        except Exception as error:  # a driver's surprise must reach the person, not end in a silent thread
            self._tell(state=State.FAILED, message=f"{self.source.name} failed: {error}")
        finally:
            self.source.close()
            if self._stopping.is_set():
                self._tell(state=State.STOPPED)
                self._slot.close()
            elif isinstance(self._slot, Handover):
                self._slot.finish()  # what waits is still to be taken
            else:
                self._slot.close()

    def _open_and_read(self) -> None:
        granted = self.source.open()
        self._tell(granted=granted, opened_ns=time.perf_counter_ns())
        self._pace.restart()
        first = True
        while not self._stopping.is_set():
            if not self._obey(first):
                continue
            picture = self.source.read()
            if picture is None:
                if not self._at_end():
                    return
                first = True
                continue
            first = False
            self._deliver(*picture)

    def _obey(self, first: bool) -> bool:
        """Carry out wishes; False while paused with nothing to show."""
        with self._lock:
            seek_s, self._shared.seek_s = self._shared.seek_s, None
            paused = self._shared.paused
        if seek_s is not None and self.source.seekable:
            self.source.seek(seek_s)
            self._pace.restart()
            return True
        if paused and not self.source.live and not first:
            self._tell(state=State.PAUSED)
            self._pace.restart()
            self._wake.wait()
            self._wake.clear()
            return False
        return True

    def _at_end(self) -> bool:
        """At the end of a file: wait for a seek if somebody may look again. True to read on, False to end."""
        if not self.source.seekable:
            self._tell(state=State.ENDED)
            return False
        if self._loop:
            self.source.seek(0.0)
            self._pace.restart()
            return True
        with self._lock:
            if self._shared.seek_s is not None:
                return True
            self._shared.state = State.ENDED
            if isinstance(self._slot, Handover):
                self._slot.finish()
        while not self._stopping.is_set() and self.finished:
            self._wake.wait()
            self._wake.clear()
        return not self._stopping.is_set()

    def _deliver(self, image: np.ndarray, time_s: float) -> None:
        if not self.source.live and self._own_speed:
            self._pace.wait(time_s, self._wake)
        now = time.perf_counter_ns()
        if self.source.live:  # one clock over every loss and return, so that recordings and tracks stay true
            time_s = (now - self._started_ns) / 1e9
        frame = Frame(sealed(image), self._index, now, time_s)
        with self._lock:
            held = self._shared.paused and self.source.live
            self._shared.newest = frame
            self._shared.state = State.PAUSED if held else State.PLAYING
            self._shared.message = self._remark(image)
            self._shared.tries = 0
            jumped = self._shared.seek_s is not None
        if not held and not jumped:
            self._index += 1
            self._slot.put(frame)

    def _remark(self, image: np.ndarray) -> str:
        """A word about a live picture that is black for long: a closed shutter, or a camera in use elsewhere."""
        if not self.source.live:
            return ""
        self._black = self._black + 1 if image[::32, ::32].max() < 8 else 0
        return "The picture is black: is the lens covered or the camera in use?" if self._black >= BLACK_FRAMES else ""

    def _wait_to_reopen(self, lost: SourceLost) -> None:
        self.source.close()
        with self._lock:
            tries = self._shared.tries
            if not tries:
                self._shared.losses, self._shared.last_loss = self._shared.losses + 1, str(lost)
            self._shared.state, self._shared.message, self._shared.tries = State.LOST, str(lost), tries + 1
        self._stopping.wait(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
