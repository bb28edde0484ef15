"""The cast: rendered once, read back as it was, gone on with after a stop, rendered anew for another seed."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.yolo_face.people import cast
from recipes.yolo_face.people.figures import figure

SEED = 5


@pytest.fixture
def kept(people, tmp_path):
    cast.render(people, tmp_path / "figures", 3, SEED)
    return tmp_path / "figures"


@pytest.mark.parametrize("processes", [1, 2])
def test_a_cast_is_read_back_as_it_was_rendered(people, tmp_path, processes):
    kept = tmp_path / "figures"
    assert cast.missing(people, kept, 3, SEED) == [0, 1, 2]
    cast.render(people, kept, 3, SEED, processes)
    assert cast.missing(people, kept, 3, SEED) == []
    for number, member in enumerate(cast.members(kept, 3)):
        as_rendered = figure(people, (SEED, number))
        np.testing.assert_array_equal(member.figure().pixels, as_rendered.pixels)
        assert member.box == pytest.approx(as_rendered.box)
        assert member.seen == as_rendered.seen


def test_what_a_stop_left_out_is_rendered_and_nothing_else(people, kept):
    (kept / "00001.json").unlink()
    others = {path: path.stat().st_mtime_ns for path in kept.glob("*.png") if path.name != "00001.png"}
    assert cast.missing(people, kept, 4, SEED) == [1, 3]
    cast.render(people, kept, 4, SEED)
    assert cast.missing(people, kept, 4, SEED) == []
    assert {path: path.stat().st_mtime_ns for path in others} == others


def test_figures_of_another_seed_are_rendered_anew(people, kept):
    assert cast.missing(people, kept, 2, SEED + 1) == [0, 1]
    cast.render(people, kept, 2, SEED + 1)
    assert len(list(kept.glob("*.png"))) == 2
    np.testing.assert_array_equal(cast.members(kept, 1)[0].figure().pixels, figure(people, (SEED + 1, 0)).pixels)


def test_figures_of_other_code_are_rendered_anew(people, kept):
    made = (kept / cast.MADE).read_text(encoding="utf-8")
    (kept / cast.MADE).write_text(made.replace('"code": "', '"code": "0'), encoding="utf-8")
    assert cast.missing(people, kept, 3, SEED) == [0, 1, 2]


def test_a_picture_that_is_gone_is_told(kept):
    first = cast.members(kept, 1)[0]
    first.path.unlink()
    with pytest.raises(SystemExit, match="is gone"):
        first.figure()


def test_the_forecast_of_a_cast_is_that_of_its_figures(people, monkeypatch):
    clock = iter((1.0, 3.0))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert cast.forecast(people, 3000, 5, 2).startswith("3,000 people to render: about 50 minutes")
