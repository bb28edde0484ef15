"""Read the boxes that were drawn by hand.

Kinds of rows: `face`; `ignore`, a place where nobody can say; `head`, somebody seen from behind, which is no face;
`empty`, a picture without a face to box.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

CORNERS = ("x1", "y1", "x2", "y2")
Rows = list[dict[str, str]]


def read_labels(path: Path) -> dict[tuple[str, str], Rows]:
    """The rows of every picture, by the set and the file that it is in."""
    found: dict[tuple[str, str], Rows] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["set"], row["file"]), []).append(row)
    return found


def boxes(rows: Rows, kind: str) -> np.ndarray:
    """Those of a kind, (N, 4) float32 in pixels of the file."""
    corners = [[float(row[corner]) for corner in CORNERS] for row in rows if row["kind"] == kind]
    return np.array(corners, np.float32).reshape(-1, 4)
