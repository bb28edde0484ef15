"""Contact sheets show every picture whole, and frame those that went wrong."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from recipes.contact_sheet import COLUMNS, EDGE, RIGHT, SIDE, WRONG, Tile, save, sheet

BLUE = np.full((30, 60, 3), (10, 20, 250), np.uint8)


def test_pictures_stand_in_rows_and_wrong_ones_are_framed():
    tiles = [Tile(BLUE, str(n), n != COLUMNS) for n in range(COLUMNS + 2)]
    drawn = sheet(tiles)
    assert drawn.shape == (2 * SIDE, COLUMNS * SIDE, 3)
    assert tuple(drawn[0, 0]) == RIGHT
    assert tuple(drawn[SIDE, 0]) == WRONG
    blue = (drawn == (10, 20, 250)).all(axis=2)
    room = SIDE - 2 * EDGE
    assert blue[:SIDE, :SIDE].sum() == room * room // 2  # twice as wide as high, as it was
    assert not blue[SIDE:, 2 * SIDE :].any()


def test_a_sheet_is_a_file(tmp_path):
    save([Tile(BLUE, "a", True)], tmp_path / "sheet.png")
    assert (cv2.imread(str(tmp_path / "sheet.png"))[:, :, ::-1] == sheet([Tile(BLUE, "a", True)])).all()


def test_no_pictures_are_no_sheet():
    with pytest.raises(ValueError, match="no pictures"):
        sheet([])
