from __future__ import annotations

import numpy as np
import pytest

from engine.detection.boxes import to_centres
from engine.detection.counting import Counters, Line, Zone
from engine.detection.detections import Detections
from engine.detection.kalman import Motion
from engine.detection.tracking import Tracker
from engine.errors import InvalidSetting


def boxes(*rows) -> Detections:
    """Rows of (centre x, centre y, score) or (..., class); every box is 40 x 40."""
    xyxy = np.array([[r[0] - 20, r[1] - 20, r[0] + 20, r[1] + 20] for r in rows], np.float32).reshape(-1, 4)
    classes = np.array([r[3] if len(r) > 3 else 0 for r in rows], np.int64)
    return Detections(xyxy, np.array([r[2] for r in rows], np.float32), classes)


def ids(tracker: Tracker, time_s: float, *rows) -> list[int]:
    return tracker.update(boxes(*rows), time_s).track_id.tolist()


def walked(positions, at=lambda x: (x, 100.0)):
    """Tracked detections of one object along positions, ten a second."""
    tracker = Tracker()
    return [(tracker.update(boxes((*at(x), 0.9)), n / 10), n / 10) for n, x in enumerate(positions)]


def test_two_objects_that_pass_each_other_keep_their_numbers():
    tracker = Tracker()
    for n in range(60):
        a, b = 50 + 5 * n, 350 - 5 * n
        last = ids(tracker, n / 30, (a, 100, 0.9), (b, 115, 0.9))
    assert last == [1, 2]


def test_a_number_is_given_at_the_second_sighting():
    tracker = Tracker()
    assert ids(tracker, 0.0, (50, 50, 0.9)) == [-1]
    assert ids(tracker, 0.1, (52, 50, 0.9)) == [1]


def test_a_weak_box_continues_a_track_but_begins_none():
    tracker = Tracker()
    for n in range(5):
        ids(tracker, n / 30, (50 + n, 50, 0.9))
    assert ids(tracker, 5 / 30, (55, 50, 0.2), (300, 300, 0.2)) == [1, -1]
    assert ids(tracker, 6 / 30, (56, 50, 0.9), (300, 300, 0.2)) == [1, -1]


def test_an_object_hidden_for_a_while_is_found_where_it_should_have_got_to():
    tracker = Tracker()
    for n in range(20):
        ids(tracker, n / 20, (50 + 6 * n, 100, 0.9))
    for n in range(20, 30):  # half a second behind a pillar
        assert ids(tracker, n / 20) == []
    assert ids(tracker, 30 / 20, (50 + 6 * 30, 100, 0.9)) == [1]


def test_an_object_gone_for_long_is_a_new_one():
    tracker = Tracker()
    ids(tracker, 0.0, (50, 50, 0.9)), ids(tracker, 0.1, (50, 50, 0.9))
    ids(tracker, 5.0)
    ids(tracker, 5.1, (50, 50, 0.9))
    assert ids(tracker, 5.2, (50, 50, 0.9)) == [2]


def test_classes_are_not_mixed():
    tracker = Tracker()
    for n in range(3):
        ids(tracker, n / 10, (50, 50, 0.9, 1))
    assert ids(tracker, 0.3, (50, 50, 0.9, 2)) == [-1]


def test_real_time_counts_not_the_number_of_frames():
    """The same walk seen at 30 and at 6 frames a second, with a gap: the prediction is the same."""
    ends = []
    for rate in (30, 6):
        motion = Motion.starting_at(to_centres(boxes((0, 100, 1)).xyxy))
        for n in range(1, 2 * rate + 1):
            motion.predict(1 / rate)
            motion.update(np.array([0]), to_centres(boxes((60 * n / rate, 100, 1)).xyxy))
        motion.predict(0.5)
        ends.append(motion.mean[0, 0])
    assert ends[0] == pytest.approx(150, abs=6)
    assert ends[1] == pytest.approx(150, abs=6)


def test_a_rewound_file_starts_over_with_fresh_numbers():
    tracker = Tracker()
    ids(tracker, 9.0, (50, 50, 0.9)), ids(tracker, 9.1, (50, 50, 0.9))
    ids(tracker, 0.0, (50, 50, 0.9))
    assert ids(tracker, 0.1, (50, 50, 0.9)) == [2]


def test_trails_follow_the_centre_for_two_seconds():
    tracker = Tracker()
    for n in range(40):
        ids(tracker, n / 10, (50 + n, 60, 0.9))
    trail = tracker.trails()[1]
    assert trail[-1] == (89.0, 60.0)
    assert len(trail) == 21


def test_no_boxes_at_all_are_no_problem():
    tracker = Tracker()
    assert ids(tracker, 0.0) == []
    assert ids(tracker, 0.1) == []


ACROSS = Line("door", (200.0, 20.0), (200.0, 300.0))  # drawn downwards: its right side, "in", lies to the west


def count(positions, at=lambda x: (x, 100.0), lines=(ACROSS,), zones=()):
    counters = Counters(lines, zones)
    events = []
    for found, time_s in walked(positions, at):
        events += counters.update(found, time_s)
    return counters, events


def test_crossing_a_line_counts_once_each_way():
    counters, events = count([*range(150, 260, 5), *range(260, 150, -5)])
    assert counters.line_counts["door"].out == {0: 1}
    assert counters.line_counts["door"].into == {0: 1}
    assert [event.kind for event in events] == ["out", "in"]


def test_jitter_on_the_line_counts_nothing():
    rng = np.random.default_rng(0)
    counters, _ = count(200 + rng.uniform(-2.5, 2.5, 200))
    assert not counters.line_counts["door"].into
    assert not counters.line_counts["door"].out


def test_jitter_while_crossing_counts_once():
    rng = np.random.default_rng(1)
    counters, _ = count(np.linspace(150, 250, 120) + rng.uniform(-2.0, 2.0, 120))
    assert counters.line_counts["door"].out == {0: 1}
    assert not counters.line_counts["door"].into


def test_passing_beyond_the_end_of_the_line_counts_nothing():
    counters, _ = count(range(150, 260, 5), at=lambda x: (x, 400.0))
    assert not counters.line_counts["door"].out


def test_a_zone_counts_entries_and_the_time_inside():
    zone = Zone("shop", ((180.0, 50.0), (240.0, 50.0), (240.0, 200.0), (180.0, 200.0)))
    counters, events = count(range(150, 290, 4), lines=(), zones=(zone,))
    shop = counters.zone_counts["shop"]
    assert shop.entered == {0: 1}
    assert not shop.inside
    assert shop.mean_dwell_s() == pytest.approx(60 / 40, abs=0.25)  # 60 pixels at 40 pixels a second
    assert [event.kind for event in events] == ["enter", "leave"]
    assert events[1].dwell_s == shop.dwell_s[0]


def test_whoever_vanishes_inside_a_zone_leaves_it_when_last_seen():
    zone = Zone("shop", ((0.0, 0.0), (500.0, 0.0), (500.0, 500.0), (0.0, 500.0)))
    counters = Counters((), (zone,))
    for found, time_s in walked([100] * 11):
        counters.update(found, time_s)
    events = counters.update(boxes().tracked(np.zeros(0)), 9.0)
    assert [event.kind for event in events] == ["leave"]
    assert counters.zone_counts["shop"].dwell_s == [pytest.approx(0.9)]


def test_shapes_that_cannot_count_are_refused():
    with pytest.raises(InvalidSetting, match="no length"):
        Line("a", (1.0, 1.0), (1.0, 1.0))
    with pytest.raises(InvalidSetting, match="2 corners"):
        Zone("a", ((0.0, 0.0), (1.0, 1.0)))
