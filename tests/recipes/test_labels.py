"""The boxes drawn by hand: what the reader gives, and that both lists hold together."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detection.boxes import areas
from recipes.yolo_face.judging import REAL
from recipes.yolo_face.labels import boxes, read_labels
from recipes.yolo_face.photos import BOXES

KINDS = {"face", "ignore", "head", "empty"}


def test_rows_are_read_by_picture_and_kind(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text("set,file,kind,x1,y1,x2,y2\na,1.jpg,face,1,2,3,4.5\na,1.jpg,ignore,5,6,7,8\na,2.jpg,empty,,,,\n")
    labels = read_labels(path)
    assert list(labels) == [("a", "1.jpg"), ("a", "2.jpg")]
    np.testing.assert_array_equal(boxes(labels["a", "1.jpg"], "face"), np.array([[1, 2, 3, 4.5]], np.float32))
    assert boxes(labels["a", "2.jpg"], "face").shape == (0, 4)


@pytest.mark.parametrize("path", [BOXES, REAL])
def test_the_lists_hold_boxes_of_some_size_and_nothing_beside_empty(path):
    for rows in read_labels(path).values():
        kinds = [row["kind"] for row in rows]
        assert set(kinds) <= KINDS
        assert len(kinds) == 1 or "empty" not in kinds
        for kind in KINDS - {"empty"}:
            found = boxes(rows, kind)
            assert (found[:, 2:] > found[:, :2]).all()
            assert (areas(found) >= 9).all()


def test_no_picture_is_in_both_lists():
    assert {file for _, file in read_labels(BOXES)}.isdisjoint(file for _, file in read_labels(REAL))
