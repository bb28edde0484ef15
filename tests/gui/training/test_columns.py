"""Names of columns stand over what they name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget

from gui.training.columns import name_columns


def test_names_of_numbers_end_where_the_numbers_end(qtbot):
    table = QTableWidget(0, 3)
    qtbot.addWidget(table)
    name_columns(table, ("Class", "Precision", "Remark"), numbers=(1,))
    sides = [
        table.horizontalHeaderItem(column).textAlignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        for column in range(3)
    ]
    assert sides == [Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft]
    assert [table.horizontalHeaderItem(column).text() for column in range(3)] == ["Class", "Precision", "Remark"]
