from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detection import boxes
from engine.detection.detections import Detections
from engine.detection.letterbox import FITS, GREY, Format, blob, place
from engine.detection.nms import suppress

sides = st.integers(1, 3000)
inputs = st.sampled_from([(416, 416), (640, 640), (320, 320), (640, 384), (96, 160)])


def plain_iou(a, b) -> float:
    """Written out, one pair."""
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
    return w * h / union if union > 0 else 0.0


def plain_nms(xyxy, score, class_id, threshold, agnostic) -> list[int]:
    """The textbook's loop."""
    kept: list[int] = []
    for i in np.argsort(-score, kind="stable"):
        rivals = (k for k in kept if agnostic or class_id[k] == class_id[i])
        if all(plain_iou(xyxy[i], xyxy[k]) <= threshold for k in rivals):
            kept.append(int(i))
    return kept


def random_boxes(seed: int, count: int, crowded: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(-20, 100 if crowded else 900, (count, 2))
    xyxy = np.concatenate([corner, corner + rng.uniform(1, 80, (count, 2))], axis=1).astype(np.float32)
    return xyxy, rng.permutation(count).astype(np.float32) / count, rng.integers(0, 3, count)


@given(st.integers(0, 2**31), st.integers(0, 40), st.floats(0.05, 0.95), st.booleans())
def test_suppression_equals_the_plain_loop(seed, count, threshold, agnostic):
    xyxy, score, class_id = random_boxes(seed, count)
    kept = suppress(xyxy, score, class_id, threshold, agnostic)
    assert kept.tolist() == plain_nms(xyxy.astype(np.float64), score, class_id, threshold, agnostic)


def test_equal_scores_keep_their_order():
    xyxy = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [50, 50, 60, 60]], np.float32)
    assert suppress(xyxy, np.full(3, 0.5, np.float32), np.zeros(3, np.int64), 0.5).tolist() == [0, 2]


def test_suppression_stops_at_its_limit():
    xyxy, score, class_id = random_boxes(0, 200, crowded=False)
    full = suppress(xyxy, score, class_id, 0.5)
    assert suppress(xyxy, score, class_id, 0.5, limit=7).tolist() == full[:7].tolist()


@given(st.integers(0, 2**31))
def test_iou_equals_the_pairwise_formula(seed):
    a, b = random_boxes(seed, 6)[0], random_boxes(seed + 1, 4)[0]
    expected = [[plain_iou(p, q) for q in b.astype(float)] for p in a.astype(float)]
    np.testing.assert_allclose(boxes.iou(a, b), expected, atol=1e-5)


def test_empty_boxes_overlap_nothing():
    flat = np.array([[5, 5, 5, 5], [9, 9, 3, 3]], np.float32)
    assert (boxes.iou(flat, flat) == 0).all()


@given(st.integers(0, 2**31))
def test_centres_and_corners_are_inverse(seed):
    xyxy = random_boxes(seed, 5)[0]
    np.testing.assert_allclose(boxes.from_centres(boxes.to_centres(xyxy)), xyxy, atol=1e-3)


@given(sides, sides, inputs, st.sampled_from(sorted(FITS)), st.integers(0, 2**31))
def test_to_the_input_and_back_within_half_a_pixel(width, height, size, fit, seed):
    placement = FITS[fit](width, height, size)
    rng = np.random.default_rng(seed)
    xyxy = (rng.random((8, 4)) * [width, height, width, height]).astype(np.float32)
    inside = placement.to_input(xyxy)
    np.testing.assert_allclose(placement.to_picture(inside), xyxy, atol=0.5)
    assert (inside >= -0.5).all()
    assert (inside <= np.array(size * 2) + 0.5).all()


@given(st.integers(8, 900), st.integers(8, 900), inputs, st.sampled_from(["centre", "corner"]))
def test_a_letterbox_keeps_the_shape_to_the_pixel(width, height, size, fit):
    inner_w, inner_h = FITS[fit](width, height, size).inner
    assert inner_w == size[0] or inner_h == size[1]
    ideal = min(size[0] / width, size[1] / height)
    assert abs(inner_w - max(width * ideal, 1)) <= 0.5
    assert abs(inner_h - max(height * ideal, 1)) <= 0.5


@pytest.mark.parametrize(("fit", "corner"), [("centre", (104, 0)), ("corner", (0, 0))])
def test_a_mark_lands_where_the_placement_says(fit, corner):
    image = np.zeros((400, 200, 3), np.uint8)
    image[100:120, 50:70] = (250, 0, 0)
    placement = place(image, (416, 416), fit)
    data = blob(image, placement, Format(fit))
    left, top, right, bottom = placement.to_input(np.array([[50, 100, 70, 120]], np.float32))[0]
    ys, xs = np.nonzero(data[0, 0] > 0.9)
    assert placement.offset == corner
    np.testing.assert_allclose([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], [left, top, right, bottom], atol=1.5)
    assert data[0, 1, -1, -1] == pytest.approx(GREY / 255), "the padding is grey"


def test_colour_order_scale_and_shift():
    image = np.full((32, 32, 3), (10, 20, 30), np.uint8)
    data = blob(image, place(image, (32, 32), "stretch"), Format("stretch", True, (1.0, 2.0, 3.0), (0.5, 0.0, -1.0)))
    assert data[0, :, 5, 5].tolist() == [30.5, 40.0, 29.0]
    assert data.shape == (1, 3, 32, 32)
    assert data.dtype == np.float32


def test_detections_refuse_arrays_that_do_not_belong_together():
    with pytest.raises(ValueError, match="Expected"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(3, np.float32), np.zeros(2, np.int64))
    found = Detections(np.zeros((2, 4), np.float32), np.zeros(2, np.float32), np.array([3, 3]))
    assert found.counts() == {3: 2}
    assert len(found[found.class_id == 9]) == 0
    with pytest.raises(ValueError, match="read-only"):
        found.xyxy[0, 0] = 1


def test_boxes_grow_about_their_centres():
    assert boxes.enlarged(np.array([[10.0, 10, 20, 30]]), 1.2).tolist() == [[9.0, 8.0, 21.0, 32.0]]
