"""Write into the steps of a run what became of them, while its changes are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from chaos.models import ARMED, FAILED, PLANNED, SKIPPED, UNDO_FAILED, UNDONE, ExperimentRun, RunStep
from portal.changes.models import Change

LOST = "The worker was lost before the undo was on record, so nothing was changed."


def settle(run: ExperimentRun, changes: Sequence[Change]) -> None:
    """Steps follow their changes; what was not reached is skipped. Safe to repeat."""
    rows = list(run.step_rows.all())
    by_id = {change.pk: change for change in changes}
    for row in rows:
        by_id.pop(row.change or 0, None)
    orphans = sorted(by_id)
    for row in rows:
        if row.type == "fault" and row.state == ARMED and row.change is None and orphans:
            # The worker died between the commit of the change and that of its number.
            row.change = orphans.pop(0)
    known = {change.pk: change for change in changes}
    for row in rows:
        _settle(row, known.get(row.change or 0))


def _settle(row: RunStep, change: Change | None) -> None:
    if change is not None:
        row.state = change.state if change.state in (UNDONE, UNDO_FAILED) else row.state
        row.undone_at = change.undone_at
    elif row.state == PLANNED or (row.state == ARMED and row.type != "fault"):
        row.state = SKIPPED
    elif row.state == ARMED:
        row.state, row.result = FAILED, {"error": LOST}
    row.save(update_fields=["state", "change", "undone_at", "result"])
