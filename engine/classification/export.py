"""Answers as JSON objects and CSV tables, the same from the command line and from the window."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.classification.rows import Row
from engine.files import written_aside

HEADER = ("image", "model", "rank", "label", "index", "probability", "logit", "error")


def as_json(row: Row, model: str) -> dict[str, Any]:
    """One object an image: image, model and predictions, or image, model and error."""
    if row.answer is None:
        return {"image": str(row.path), "model": model, "error": str(row.error)}
    predictions = [asdict(prediction) for prediction in row.answer.predictions]
    return {"image": str(row.path), "model": model, "predictions": predictions}


def write_csv(rows: Iterable[Row], model: str, path: Path) -> None:
    """One line a prediction, or one with the error; written whole or not at all."""
    with written_aside(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for row in rows:
            table.writerows(_lines(row, model))


def _lines(row: Row, model: str) -> list[list[Any]]:
    if row.answer is None:
        return [[str(row.path), model, "", "", "", "", "", str(row.error)]]
    return [
        [str(row.path), model, rank, p.label, p.index, f"{p.probability:.6f}", f"{p.logit:.4f}", ""]
        for rank, p in enumerate(row.answer.predictions, 1)
    ]
