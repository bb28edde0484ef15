import hashlib
import os
import resource
import subprocess
import sys
import threading
import time

import pytest

from engine.errors import Cancelled, DownloadFailed
from engine.jobs import Job
from engine.models import download as module
from engine.models.download import download, taking_turns

CONTENT = bytes(range(256)) * 2000  # 512 kB
MD5 = hashlib.md5(CONTENT).hexdigest()


def test_whole_file_arrives_with_progress(site, tmp_path):
    site.content = CONTENT
    steps = []
    download(site.url, tmp_path / "w.h5", MD5, Job(steps.append))
    assert (tmp_path / "w.h5").read_bytes() == CONTENT
    assert steps[-1].done == steps[-1].total == len(CONTENT)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.h5"]


def test_a_cut_download_resumes_where_it_stopped(site, tmp_path):
    site.content, site.mode = CONTENT, "cut"
    with pytest.raises(DownloadFailed, match="cut off|stopped"):
        download(site.url, tmp_path / "w.h5", MD5)
    assert not (tmp_path / "w.h5").exists()
    site.mode = "whole"
    download(site.url, tmp_path / "w.h5", MD5)
    assert site.seen[-1]["Range"] == f"bytes={len(CONTENT) // 2}-"
    assert (tmp_path / "w.h5").read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["file replaced", "server cannot resume"])
def test_a_resume_that_does_not_fit_starts_over(site, tmp_path, change):
    site.content, site.mode = CONTENT, "cut"
    with pytest.raises(DownloadFailed):
        download(site.url, tmp_path / "w.h5")
    site.content = CONTENT[::-1]
    site.mode, site.etag = ("whole", '"v2"') if change == "file replaced" else ("no-range", site.etag)
    download(site.url, tmp_path / "w.h5")
    assert (tmp_path / "w.h5").read_bytes() == CONTENT[::-1]


def test_wrong_hash_is_refused_and_removed(site, tmp_path):
    site.content = CONTENT[:-1] + b"?"
    with pytest.raises(DownloadFailed, match=f"expected {MD5}"):
        download(site.url, tmp_path / "w.h5", MD5)
    assert not any(p.suffix in (".h5", ".part") for p in tmp_path.iterdir())


def test_web_page_instead_of_weights_is_recognised(site, tmp_path):
    site.mode = "html"
    with pytest.raises(DownloadFailed, match="web page instead of “weights.h5”"):
        download(site.url, tmp_path / "w.h5")


def test_stalled_server_is_given_up(site, tmp_path):
    site.content, site.mode = CONTENT, "stall"
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match="stalled") as caught:
        download(site.url, tmp_path / "w.h5", stall=0.3)
    assert time.monotonic() - started < 5
    assert "goes on where it stopped" in caught.value.hint


def test_server_error_and_absent_server_are_told_apart(site, tmp_path):
    site.mode = "error"
    with pytest.raises(DownloadFailed, match="answered 503"):
        download(site.url, tmp_path / "w.h5")
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        download("http://127.0.0.1:9/w.h5", tmp_path / "w.h5")


def test_cancel_keeps_the_part_for_later(site, tmp_path):
    site.content, site.mode = CONTENT, "slow"
    job = Job(lambda progress: progress.done > 20_000 and job.cancel())
    with pytest.raises(Cancelled):
        download(site.url, tmp_path / "w.h5", MD5, job)
    assert 20_000 < (tmp_path / "w.h5.part").stat().st_size < len(CONTENT)
    site.mode = "whole"
    download(site.url, tmp_path / "w.h5", MD5)


def test_too_little_room_is_said_before_anything_is_fetched(site, tmp_path, monkeypatch):
    site.content = CONTENT
    monkeypatch.setattr(module, "ROOM_TO_SPARE", 10**18)
    with pytest.raises(DownloadFailed, match=r"needs 1 MB but .* MB free"):
        download(site.url, tmp_path / "w.h5")


def test_disk_that_fills_up_on_the_way_is_explained(site, tmp_path):
    """A real write error: a child process may write files of 100 kB only."""
    site.content = CONTENT
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from pathlib import Path\nfrom engine.errors import DownloadFailed\n"
        "from engine.models.download import download\n"
        "try: download(sys.argv[1], Path(sys.argv[2]))\nexcept DownloadFailed as error: print(error)"
    )
    assert resource.RLIMIT_FSIZE is not None
    run = subprocess.run(
        [sys.executable, "-c", code, site.url, str(tmp_path / "w.h5")], capture_output=True, text=True, cwd=os.getcwd()
    )
    assert "could not be written" in run.stdout
    assert "Free some disk space" in run.stdout
    assert not (tmp_path / "w.h5").exists()


def test_two_programs_take_turns(tmp_path):
    order, notes = [], []
    held = threading.Event()

    def first() -> None:
        with taking_turns(tmp_path / "w.h5", Job.silent()):
            held.set()
            time.sleep(0.5)
            order.append("first")

    other = threading.Thread(target=first)
    other.start()
    held.wait()
    with taking_turns(tmp_path / "w.h5", Job(lambda progress: notes.append(progress.note))):
        order.append("second")
    other.join()
    assert order == ["first", "second"]
    assert "Another CNN Studio is fetching" in notes[0]


def test_waiting_for_another_program_can_be_cancelled(tmp_path):
    with taking_turns(tmp_path / "w.h5", Job.silent()):
        caught = []

        def second() -> None:
            job = Job(lambda _: job.cancel())
            try:
                with taking_turns(tmp_path / "w.h5", job):
                    pass
            except Cancelled:
                caught.append(True)

        waiter = threading.Thread(target=second)
        waiter.start()
        waiter.join(5)
        assert caught == [True]
