"""Pictures taken in one go."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bursts import MOST, SIDE, Burst, groups_of
from engine.data.datasets import open_source
from engine.data.preparation import prepare_dataset
from engine.data.settings import DataSettings
from engine.errors import InvalidSetting
from engine.images import load_image

FRAME = np.full((480, 640, 3), 120, np.uint8)


def taken(seconds: float) -> Burst:
    burst = Burst()
    for index in range(int(seconds * 30)):
        burst.offer(FRAME, index / 30)
    return burst


def test_pictures_are_taken_ten_times_a_second_and_made_small():
    burst = taken(2.0)
    assert 18 <= len(burst.images) <= 21
    assert burst.images[0].shape == (SIDE * 3 // 4, SIDE, 3)
    assert len(taken(60).images) == MOST


def test_bursts_are_numbered_and_form_groups(tmp_path):
    for name in ("left", "right"):
        for seconds in (0.5, 0.7):
            taken(seconds).save(tmp_path, name)
    names = sorted(path.name for path in (tmp_path / "left").iterdir())
    assert names[0] == "burst-0001-001.jpg"
    assert names[-1].startswith("burst-0002-")
    assert load_image(tmp_path / "left" / names[0]).pixels.shape == (240, 320, 3)
    source = open_source(str(tmp_path))
    assert len(set(source.groups)) == 4
    data = prepare_dataset(DataSettings(str(tmp_path), size=16, validation=0.5))
    origins = [
        {data.origin(int(i)).rsplit("-", 1)[0] for i in part} for part in (data.split.train, data.split.validation)
    ]
    assert not origins[0] & origins[1]


def test_other_files_form_no_groups(tmp_path):
    assert groups_of((tmp_path / "a.jpg", tmp_path / "b.jpg")) is None


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", "x" * 100])
def test_names_that_are_no_folder_are_refused(tmp_path, name):
    with pytest.raises(InvalidSetting, match="cannot name a class"):
        taken(0.2).save(tmp_path, name)
    assert list(tmp_path.iterdir()) == []
