from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import InvalidSetting
from engine.video import cameras
from engine.video.cameras import Camera, CameraSource, Format, list_cameras
from engine.video.files import ImageFiles, VideoFile
from engine.video.mjpeg import shown_address
from engine.video.screen import Region, ScreenSource
from engine.video.source import SourceLost, SourceUnavailable
from engine.video.spec import open_spec
from engine.video.streams import StreamSource
from engine.video.synthetic import SyntheticScene
from tests.engine.video.mjpeg_server import number_in, numbered_picture


@pytest.fixture
def clip(tmp_path) -> Path:
    """Twenty numbered frames at ten a second."""
    path = tmp_path / "clip.mkv"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 10, (320, 240))
    for number in range(20):
        writer.write(numbered_picture(number))
    writer.release()
    return path


def read_all(source) -> list[tuple[np.ndarray, float]]:
    source.open()
    frames = []
    while (picture := source.read()) is not None:
        frames.append(picture)
    source.close()
    return frames


def node(sysfs: Path, number: int, name: str, index: int = 0, bus: str = "") -> None:
    folder = sysfs / f"video{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "index").write_text(f"{index}\n")
    if bus:
        (sysfs / "bus" / bus).mkdir(parents=True, exist_ok=True)
        (folder / "device").symlink_to(sysfs / "bus" / bus)


class FakeDevice:
    """Stands in for an opened camera: grants 640 × 480 whatever is asked for."""

    def __init__(self, opens=True, pictures=3) -> None:
        self.opens, self.pictures, self.asked, self.released = opens, pictures, {}, False

    def isOpened(self):  # noqa: N802 - OpenCV's name
        return self.opens

    def set(self, key, value):
        self.asked[key] = value
        return True

    def get(self, key):
        size = {cv2.CAP_PROP_FRAME_WIDTH: 640, cv2.CAP_PROP_FRAME_HEIGHT: 480, cv2.CAP_PROP_FPS: 30}
        return size.get(key, float(cv2.VideoWriter.fourcc(*"MJPG")) if key == cv2.CAP_PROP_FOURCC else 0.0)

    def getBackendName(self):  # noqa: N802
        return "FAKE"

    def read(self):
        self.pictures -= 1
        return (True, np.full((480, 640, 3), (255, 0, 0), np.uint8)) if self.pictures >= 0 else (False, None)

    def release(self):
        self.released = True


@pytest.mark.skipif(not hasattr(cameras.cv2, "CAP_V4L2"), reason="needs the Linux listing")
def test_cameras_are_listed_by_name_without_metadata_nodes(tmp_path):
    node(tmp_path, 2, "USB Camera", bus="usb-2")
    node(tmp_path, 0, "Integrated Webcam", bus="pci-0")
    node(tmp_path, 1, "Integrated Webcam", index=1, bus="pci-0")
    node(tmp_path, 4, "USB Camera", bus="usb-4")
    assert [(c.name, c.index) for c in list_cameras(tmp_path)] == [
        ("Integrated Webcam", 0),
        ("USB Camera (1)", 2),
        ("USB Camera (2)", 4),
    ]


def test_the_granted_format_is_reported_not_the_wanted_one(monkeypatch, tmp_path):
    node(tmp_path, 0, "Webcam", bus="usb-1")
    device = FakeDevice()
    monkeypatch.setattr(cameras, "SYSFS", tmp_path)
    monkeypatch.setattr(cameras, "list_cameras", lambda: list_cameras(tmp_path))
    monkeypatch.setattr(cameras, "open_device", lambda camera: device)
    source = CameraSource(list_cameras(tmp_path)[0], Format(1920, 1080, 60, "MJPG"))
    granted = source.open()
    assert (granted.width, granted.height, granted.fps, granted.fourcc) == (640, 480, 30, "MJPG")
    assert device.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1920
    assert granted.describe() == "640 × 480, 30 frames/s, MJPG, FAKE"
    assert tuple(source.read()[0][0, 0]) == (0, 0, 255), "BGR of the device is RGB here"


def test_a_replugged_camera_is_found_under_its_new_number(monkeypatch, tmp_path):
    asked = []
    before = [Camera("A", 0, "/bus/1"), Camera("B", 1, "/bus/2")]
    after = [Camera("B", 0, "/bus/2"), Camera("A", 3, "/bus/1")]
    monkeypatch.setattr(cameras, "list_cameras", lambda: after)
    monkeypatch.setattr(cameras, "open_device", lambda camera: asked.append(camera.index) or FakeDevice())
    CameraSource(before[0]).open()
    assert asked == [3]


def test_an_absent_or_busy_camera_is_lost_not_hopeless(monkeypatch):
    monkeypatch.setattr(cameras, "list_cameras", list)
    with pytest.raises(SourceLost, match="not connected"):
        CameraSource(Camera("Webcam", 0, "/bus/1")).open()
    device = FakeDevice(opens=False)
    monkeypatch.setattr(cameras, "list_cameras", lambda: [Camera("Webcam", 0)])
    monkeypatch.setattr(cameras, "open_device", lambda camera: device)
    with pytest.raises(SourceLost, match="does not open"):
        CameraSource(Camera("Webcam", 0)).open()
    assert device.released


def test_an_unplugged_camera_is_lost(monkeypatch):
    monkeypatch.setattr(cameras, "list_cameras", lambda: [Camera("Webcam", 0)])
    monkeypatch.setattr(cameras, "open_device", lambda camera: FakeDevice(pictures=1))
    source = CameraSource(Camera("Webcam", 0))
    source.open()
    source.read()
    with pytest.raises(SourceLost, match="stopped"):
        source.read()


def test_a_file_gives_every_frame_with_its_time(clip):
    frames = read_all(VideoFile(clip))
    assert [number_in(image) for image, _ in frames] == list(range(20))
    np.testing.assert_allclose([time_s for _, time_s in frames], np.arange(20) / 10, atol=0.011)


def test_a_file_can_be_sought(clip):
    source = VideoFile(clip)
    source.open()
    for position in (15, 3, 0, 19):
        source.seek(position / 10)
        image, time_s = source.read()
        assert number_in(image) == position
        assert time_s == pytest.approx(position / 10, abs=0.011)
    assert source.read() is None
    source.close()


def test_real_clips_decode_fully(shared):
    source = VideoFile(shared / "videos" / "car-detection.mp4")
    granted = source.open()
    assert (granted.width, granted.height, granted.frames) == (768, 432, 377)
    assert granted.duration_s == pytest.approx(377 / 12.5)
    source.close()
    assert len(read_all(source)) == 377


def test_a_truncated_file_gives_what_is_whole(clip):
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    frames = read_all(VideoFile(clip))
    assert 0 < len(frames) < 20
    assert [number_in(image) for image, _ in frames[:5]] == list(range(5))


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "not there"), (b"", "empty"), (b"RIFFno video at all" * 50, "no video"), (b"\0" * 4096, "no video")],
)
def test_a_file_that_is_no_video_is_refused_with_a_reason(tmp_path, content, words):
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceUnavailable, match=words):
        VideoFile(path).open()


def test_sound_without_pictures_is_refused(tmp_path):
    import wave

    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
        file.writeframes(b"\0\1" * 8000)
    with pytest.raises(SourceUnavailable, match="no video"):
        VideoFile(path).open()


def test_one_frame_is_a_video(tmp_path):
    path = tmp_path / "one.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    writer.write(numbered_picture(7))
    writer.release()
    assert [number_in(image) for image, _ in read_all(VideoFile(path))] == [7]


def test_a_folder_plays_its_images_in_order_and_skips_the_broken(tmp_path):
    for number in (2, 0, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_picture(number))
    (tmp_path / "0b.jpg").write_bytes(b"no image")
    source = ImageFiles(tmp_path)
    frames = read_all(source)
    assert [number_in(image) for image, _ in frames] == [0, 1, 2]
    assert len(source.unreadable) == 1
    assert source.names == ["0.png", "1.png", "2.png"]
    source.open()
    source.seek(1.0)
    assert number_in(source.read()[0]) == 1, "the second of the four files is the broken one"


def test_pictures_below_a_folder_are_named_by_their_way_from_it(tmp_path):
    for name in ("a/x.png", "b/x.png"):
        (tmp_path / name).parent.mkdir()
        cv2.imwrite(str(tmp_path / name), numbered_picture(1))
    source = ImageFiles(tmp_path)
    read_all(source)
    assert source.names == ["a/x.png", "b/x.png"]
    one = ImageFiles(tmp_path / "a" / "x.png")
    read_all(one)
    assert one.names == ["x.png"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(SourceUnavailable, match="no image"):
        ImageFiles(tmp_path).open()


def test_a_region_outside_the_screen_is_refused_and_one_across_its_edge_is_cut():
    monitors = [{"left": 0, "top": 0, "width": 800, "height": 600}] * 2
    area = ScreenSource(region=Region(700, 500, 300, 300))._chosen_area(monitors)
    assert area == {"left": 700, "top": 500, "width": 100, "height": 100}
    with pytest.raises(SourceLost, match="outside"):
        ScreenSource(region=Region(900, 0, 10, 10))._chosen_area(monitors)


def test_no_screen_is_lost_with_a_reason(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    if cameras.sys.platform != "linux":
        pytest.skip("every desktop has a screen there")
    with pytest.raises(SourceLost, match="screen"):
        ScreenSource().open()


def test_a_line_of_text_names_every_kind(tmp_path, clip, monkeypatch):
    monkeypatch.setattr("engine.video.spec.list_cameras", lambda: [Camera("Logi C920", 2, "/bus/2")])
    cv2.imwrite(str(tmp_path / "a.png"), numbered_picture(1))
    assert isinstance(open_spec("synthetic"), SyntheticScene)
    assert open_spec("synthetic:320x240@15").open().fps == 15
    assert isinstance(open_spec("screen:0,0,20,20"), ScreenSource)
    assert isinstance(open_spec("0"), CameraSource)
    assert open_spec("camera:c920").name == "Logi C920"
    assert isinstance(open_spec("rtsp://127.0.0.1/live"), StreamSource)
    assert isinstance(open_spec(str(clip)), VideoFile)
    assert isinstance(open_spec(str(tmp_path)), ImageFiles)
    assert isinstance(open_spec(str(tmp_path / "a.png")), ImageFiles)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", InvalidSetting),
        ("synthetic:big", InvalidSetting),
        ("screen:1,2", InvalidSetting),
        ("nothing/here", SourceUnavailable),
        ("camera:Nobody", SourceUnavailable),
        ("99999999999999999999", SourceUnavailable),
        ("²", SourceUnavailable),
        ("http://[::1", InvalidSetting),
        ("http://127.0.0.1:abc/x", InvalidSetting),
        ("foo://bar", InvalidSetting),
        ("rtsp://", InvalidSetting),
    ],
)
def test_a_line_that_names_nothing_is_refused(text, error):
    with pytest.raises(error):
        open_spec(text)


def test_a_password_is_never_shown():
    assert shown_address("http://me:secret@127.0.0.1/") == "http://me:***@127.0.0.1/"
    assert "secret" not in StreamSource("rtsp://me:secret@127.0.0.1/").name
