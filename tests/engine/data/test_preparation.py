"""Images of one size, kept on disk, with broken files listed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import pixels as pixel_store
from engine.data.checks import notes_on
from engine.data.preparation import prepare_dataset
from engine.data.settings import DataSettings
from engine.errors import Cancelled, InvalidImage, InvalidSetting
from engine.images import load_image
from engine.jobs import Job
from engine.models.preprocessing import prepare
from tests.engine.data.conftest import paint


def settings_for(folder, **changes) -> DataSettings:
    return DataSettings(data=str(folder), size=16, validation=0.25, **changes)


def test_rows_are_what_inference_would_see(colours):
    data = prepare_dataset(settings_for(colours))
    assert data.pixels.shape == (16, 16, 16, 3)
    for index in (0, 7, 15):
        expected = prepare(load_image(data.origin(index)).pixels, data.how).seen
        assert np.array_equal(data.pixels[index], expected)


def test_decoded_folders_are_read_again_without_the_files(colours, monkeypatch):
    first = prepare_dataset(settings_for(colours))
    monkeypatch.setattr(pixel_store, "prepare", lambda *_: pytest.fail("decoded twice"))
    second = prepare_dataset(settings_for(colours))
    assert np.array_equal(first.pixels, second.pixels)
    assert first.fingerprint == second.fingerprint


def test_broken_files_are_listed_and_in_no_part(colours):
    (colours / "red" / "0.jpg").write_bytes((colours / "red" / "0.jpg").read_bytes()[:300])
    (colours / "blue" / "1.jpg").write_bytes(b"no image")
    data = prepare_dataset(settings_for(colours))
    assert sorted(item.name.split("/")[-2:] for item in data.broken) == [["blue", "1.jpg"], ["red", "0.jpg"]]
    used = np.concatenate([data.split.train, data.split.validation])
    assert len(used) == 14
    assert not set(used) & {item.index for item in data.broken}
    again = prepare_dataset(settings_for(colours))
    assert again.broken == data.broken


def test_nothing_readable_is_an_error(tmp_path):
    for name in ("a", "b"):
        for index in range(2):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"{index}.jpg").write_bytes(b"nothing")
    with pytest.raises(InvalidSetting, match="Not one"):
        prepare_dataset(settings_for(tmp_path))


def test_streaming_gives_the_same_pixels_and_says_what_is_gone(colours):
    kept = prepare_dataset(settings_for(colours))
    streamed = prepare_dataset(settings_for(colours), cache=False)
    rows = np.array([3, 9, 1])
    assert np.array_equal(streamed.pixels[rows], kept.pixels[rows])
    (colours / "blue" / "3.jpg").unlink()
    with pytest.raises(InvalidImage, match="is not there"):
        streamed.pixels[rows]


def test_cancelled_preparation_leaves_no_half_file(colours):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        prepare_dataset(settings_for(colours), job=job)
    assert list(pixel_store.cache_folder().iterdir()) == []


def test_the_oldest_decoded_folders_make_room(colours, tmp_path, monkeypatch):
    monkeypatch.setattr(pixel_store, "KEPT", 16 * 16 * 16 * 3)
    prepare_dataset(settings_for(colours))
    other = tmp_path / "other"
    for name in ("a", "b"):
        for index in range(3):
            paint(other / name / f"{index}.png", (1, 2, 3))
    prepare_dataset(settings_for(other))
    assert len(list(pixel_store.cache_folder().glob("*.pixels"))) == 1


def test_grey_and_colour_as_wished(colours):
    assert prepare_dataset(settings_for(colours, channels="grey")).pixels.shape[3] == 1
    digits = prepare_dataset(DataSettings("digits", limit=40, channels="colour"))
    assert digits.pixels.shape[1:] == (28, 28, 3)


def test_known_images_of_the_right_size_are_not_touched():
    data = prepare_dataset(DataSettings("shapes", limit=40))
    from engine.data.datasets import open_source

    source = open_source("shapes")
    number = int(data.origin(5).split()[-1])
    assert np.array_equal(data.pixels[5], source.images.pixels[number])


def test_notes_on_small_and_unequal_classes():
    assert notes_on(np.array([100, 90]), ("a", "b")) == ()
    small, unequal = notes_on(np.array([100, 10]), ("a", "b"))
    assert "“b” has 10" in small
    assert "class weights" in unequal
