import threading

import pytest

from engine.errors import Cancelled
from engine.jobs import Job, LatestSlot, Progress


def test_progress_reaches_the_watcher():
    seen = []
    Job(seen.append).report(3, 12, "Reading")
    assert seen == [Progress(3, 12, "Reading")]
    assert seen[0].fraction == 0.25


def test_unknown_total_has_no_fraction():
    assert Progress(5, 0).fraction is None


def test_cancelled_job_raises_at_its_checkpoint():
    job = Job()
    job.checkpoint()
    job.cancel()
    with pytest.raises(Cancelled):
        job.checkpoint()


def test_paused_job_waits_until_resumed():
    job = Job()
    job.pause()
    passed = threading.Event()
    worker = threading.Thread(target=lambda: (job.checkpoint(), passed.set()))
    worker.start()
    assert not passed.wait(0.05)
    job.resume()
    assert passed.wait(1)
    worker.join()


def test_cancel_ends_a_paused_job():
    job = Job()
    job.pause()
    ended = []

    def work() -> None:
        try:
            job.checkpoint()
        except Cancelled:
            ended.append(True)

    worker = threading.Thread(target=work)
    worker.start()
    job.cancel()
    worker.join(1)
    assert ended == [True]


def test_slot_keeps_only_the_newest_and_counts_the_rest():
    slot: LatestSlot[int] = LatestSlot()
    for value in range(5):
        slot.put(value)
    assert slot.take(0) == 4
    assert slot.dropped == 4
    assert slot.take(0) is None


def test_closing_a_slot_wakes_its_taker():
    slot: LatestSlot[int] = LatestSlot()
    taken = []
    taker = threading.Thread(target=lambda: taken.append(slot.take()))
    taker.start()
    slot.close()
    taker.join(1)
    assert taken == [None]
