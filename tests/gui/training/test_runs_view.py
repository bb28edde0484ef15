"""The table of runs."""

from __future__ import annotations

from dataclasses import replace

from engine.training.config import TrainingConfig
from engine.training.lock import training_lock
from engine.training.runs import create_run, save_state
from gui.training import work
from gui.training.runs_view import RunsView


def _listed(view: RunsView) -> tuple[str, bool, bool]:
    """State, and whether the run can be gone on with and deleted."""
    listed = work.listed_runs()
    view.show_runs(listed.found, listed.training)
    view.table.selectRow(0)
    return view.table.item(0, 1).text(), view._resume.isEnabled(), view._delete.isEnabled()


def test_a_run_that_is_being_trained_is_not_called_interrupted(qtbot, theme):
    run = create_run(TrainingConfig())
    save_state(replace(run, state=replace(run.state, status="running")))
    view = RunsView(theme)
    qtbot.addWidget(view)
    with training_lock(run.path):
        assert _listed(view) == ("training", False, False)
    assert _listed(view) == ("interrupted", True, True)
