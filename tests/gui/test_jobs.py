import threading
import time

import pytest

from engine.errors import InvalidImage
from gui.jobs import JobRunner


@pytest.fixture
def jobs(qapp):
    runner = JobRunner()
    yield runner
    assert runner.shutdown() == []


def test_results_arrive_on_the_gui_thread(qtbot, jobs):
    seen = []
    jobs.submit(
        lambda job: threading.get_ident(), on_result=lambda worker: seen.append((worker, threading.get_ident()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, receiver = seen[0]
    assert worker != receiver == threading.get_ident()


def test_a_newer_job_of_the_lane_drops_the_older(qtbot, jobs):
    seen, gate = [], threading.Event()

    def slow(job):
        gate.wait(5)
        return "old"

    jobs.submit(slow, lane="a", on_result=seen.append, on_error=seen.append)
    jobs.submit(lambda job: "other", lane="b", on_result=seen.append)
    jobs.submit(lambda job: "new", lane="a", on_result=seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    gate.set()
    qtbot.waitUntil(lambda: not jobs.running())
    assert sorted(seen) == ["new", "other"]


def test_errors_go_to_their_handler_or_to_everybody(qtbot, jobs):
    def fail(job):
        raise InvalidImage("bad", "try another")

    mine, common = [], []
    jobs.failed.connect(lambda title, error: common.append((title, error)))
    jobs.submit(fail, on_error=mine.append)
    jobs.submit(fail, title="Reading")
    qtbot.waitUntil(lambda: bool(mine and common))
    assert mine[0].hint == "try another"
    assert common[0][0] == "Reading"


def test_cancelled_work_tells_its_end_only_and_leaves_the_list(qtbot, jobs):
    seen, started = [], threading.Event()

    def work(job):
        started.set()
        while True:
            job.checkpoint()
            time.sleep(0.005)

    ticket = jobs.submit(work, on_result=seen.append, on_error=seen.append, on_end=lambda: seen.append("end"))
    assert started.wait(5)
    ticket.cancel()
    qtbot.waitUntil(lambda: not jobs.running())
    assert seen == ["end"]


def test_jobs_cancelled_before_they_start_leave_the_list(qtbot, jobs):
    gate = threading.Event()
    for _ in range(4):
        jobs.submit(lambda job: gate.wait(5))
    waiting = jobs.submit(lambda job: None)
    waiting.cancel()
    qtbot.waitUntil(lambda: waiting not in jobs.running())
    gate.set()
    qtbot.waitUntil(lambda: not jobs.running())


def test_a_flood_of_progress_does_not_queue_up(qtbot, jobs):
    told = []

    def work(job):
        for step in range(20_000):
            job.report(step + 1, 20_000)
        return "done"

    done = []
    jobs.submit(work, on_result=done.append, on_progress=lambda p: (told.append(p.done), time.sleep(0.002)))
    qtbot.waitUntil(lambda: bool(done), timeout=5000)
    assert len(told) < 2000
    assert told == sorted(told)


def test_shutdown_names_what_does_not_end(qtbot, qapp):
    runner, gate = JobRunner(), threading.Event()
    runner.submit(lambda job: gate.wait(10), title="Stubborn")
    assert runner.shutdown(0.2) == ["Stubborn"]
    gate.set()
    assert runner.shutdown(2) == []


def test_after_the_shutdown_nobody_is_told_who_might_ask_for_more(qtbot):
    runner, told = JobRunner(), []
    started, go_on = threading.Event(), threading.Event()

    def work(_):
        started.set()
        go_on.wait(10)

    runner.submit(work, on_end=lambda: told.append(runner.submit(work)))
    assert started.wait(10)
    go_on.set()
    assert runner.shutdown(10) == []
    qtbot.waitUntil(lambda: not runner.running())
    assert told == []
