from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.video.files import VideoFile
from engine.video.recording import Recorder, RecordingFailed, VideoWriter
from tests.engine.video.mjpeg_server import number_in, numbered_picture
from tests.engine.video.test_sources import read_all


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi"])
def test_uneven_frames_play_at_the_speed_they_were_seen(tmp_path, suffix):
    stamps = [10.0, 10.1, 10.5, 10.52, 11.0]
    writer = VideoWriter(tmp_path / f"a{suffix}", fps=20)
    for number, stamp in enumerate(stamps):
        writer.write(numbered_picture(number), stamp)
    recorded = writer.close()
    frames = read_all(VideoFile(recorded.path))
    assert recorded.seconds == pytest.approx(1.05)
    assert recorded.frames == len(frames) == 21
    first_seen = {}
    for image, time_s in frames:
        first_seen.setdefault(number_in(image), time_s)
    for number in (0, 1, 3, 4):  # the fourth stands 20 ms after the third and takes its slot
        assert first_seen[number] == pytest.approx(stamps[number] - 10, abs=0.051)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.005, 0.4), min_size=1, max_size=12), st.sampled_from([10, 25, 30]))
def test_a_recording_lasts_as_long_as_what_it_shows(tmp_path_factory, gaps, fps):
    writer = VideoWriter(tmp_path_factory.mktemp("r") / "a.avi", fps=fps)
    stamps = np.concatenate([[3.0], 3.0 + np.cumsum(gaps)])
    for stamp in stamps:
        writer.write(np.zeros((32, 32, 3), np.uint8), float(stamp))
    assert abs(writer.close().seconds - (stamps[-1] - 3.0)) <= 1.6 / fps


def test_a_change_of_size_and_odd_sides_are_survived(tmp_path):
    writer = VideoWriter(tmp_path / "a.mkv", fps=10)
    for number, shape in enumerate([(241, 321), (240, 320), (120, 320)]):
        writer.write(np.full((*shape, 3), 200, np.uint8), number / 10)
    frames = read_all(VideoFile(writer.close().path))
    assert [image.shape for image, _ in frames] == [(240, 320, 3)] * 3
    assert frames[2][0][0].mean() < 20, "the flat picture stands between black bars"
    assert frames[2][0][120].mean() == pytest.approx(200, abs=8)


def test_a_nearly_full_disk_ends_the_recording_and_what_was_written_plays(tmp_path):
    writer = VideoWriter(tmp_path / "a.mkv", fps=10)
    for number in range(10):
        writer.write(numbered_picture(number), number / 10)
    writer._reserve = 1 << 62
    with pytest.raises(RecordingFailed, match="nearly full"):
        writer.write(numbered_picture(10), 1.0)
    frames = read_all(VideoFile(writer.close().path))
    assert [number_in(image) for image, _ in frames] == list(range(10))


def test_a_matroska_file_cut_off_in_the_middle_plays_up_to_there(tmp_path):
    writer = VideoWriter(tmp_path / "a.mkv", fps=10)
    noise = np.random.default_rng(1)
    for number in range(30):
        picture = numbered_picture(number)
        picture[40:] = noise.integers(0, 255, picture[40:].shape)
        writer.write(picture, number / 10)
    path = writer.close().path
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    numbers = [number_in(image) for image, _ in read_all(VideoFile(path))]
    assert len(numbers) >= 10
    assert numbers[:10] == list(range(10))


def test_an_unwritable_folder_and_an_unknown_kind_are_refused(tmp_path):
    with pytest.raises(RecordingFailed):
        VideoWriter(tmp_path / "missing" / "a.mkv").write(numbered_picture(0), 0.0)
    with pytest.raises(InvalidSetting, match=r"\.xyz"):
        VideoWriter(tmp_path / "a.xyz")


def test_the_recorder_thread_writes_everything_that_was_handed_over(tmp_path):
    recorder = Recorder(VideoWriter(tmp_path / "a.mkv", fps=25), lossless=True)
    for number in range(40):
        recorder.write(numbered_picture(number), number / 25)
    recorded = recorder.close()
    assert recorder.error is None
    assert [number_in(image) for image, _ in read_all(VideoFile(recorded.path))] == list(range(40))


def test_an_error_on_the_recorder_thread_is_kept_for_the_person(tmp_path):
    recorder = Recorder(VideoWriter(tmp_path / "gone" / "a.mkv"))
    recorder.write(numbered_picture(0), 0.0)
    recorder.close()
    assert "gone" in str(recorder.error)
