"""The table of scores beside the confusion matrix."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLocale, Qt

from gui.training.confusion_view import ConfusionView


def test_scores_stand_below_each_other_and_sort_as_numbers(qtbot, theme):
    view = ConfusionView(theme)
    qtbot.addWidget(view)
    truth, predicted = np.array([0] * 50 + [1] * 50), np.array([0] * 49 + [1] * 51)
    view.show_answers(truth, predicted, ["a", "b"], None)
    shown = [
        view.scores.itemDelegate().displayText(view.scores.item(0, n).data(Qt.ItemDataRole.DisplayRole), QLocale())
        for n in range(5)
    ]
    assert shown == ["a", "1.000", "0.980", "0.990", "50"]
    view.scores.sortItems(1, Qt.SortOrder.AscendingOrder)
    assert view.scores.item(0, 0).text() == "b"
