"""After the fault: undo until it is proven, see whether the steady state comes back, and judge."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chaos import measure
from chaos.claim import LEASE
from chaos.engine.hypothesis import Outcome, overall, summary
from chaos.engine.states import Signals, State, Undo
from chaos.engine.verdicts import Ended, Record, Verdicts, judge
from chaos.models import ExperimentRun
from chaos.stages.look import Look, plan
from chaos.stages.settle import settle
from portal.aws.errors import AwsError
from portal.aws.session import CALL_SECONDS
from portal.changes import engine
from portal.changes.engine import NotOpen
from portal.changes.models import UNDO_FAILED, UNDOING, UNDONE, Change

LOOK_AGAIN = 5.0
"""Seconds between two tries of a failed undo; the change itself backs off further."""
GOING_ON = timedelta(minutes=10)
"""How long an engine may take to put things back before that counts as a failed undo."""

LATE = LEASE.total_seconds() + CALL_SECONDS
"""Seconds after the undo in which a call that a lost worker had sent before can still land."""
UNSURE = (Ended.CRASH.value, Ended.FAULT_FAILED.value)


def rolling_back(run: ExperimentRun) -> Look:
    """Undo all that this run has armed, newest first. Safe to repeat, and asks neither guards nor halts."""
    changes = [_undo(change, run) for change in engine.for_owner(run.owner).order_by("-id")]
    settle(run, changes)
    if all(change.state == UNDONE for change in changes):
        removed = max((change.undone_at for change in changes if change.undone_at), default=timezone.now())
        return Look(Signals(undo=Undo.UNDONE), {"removed_at": removed})
    patient = _patient(run)
    if any(change.state == UNDO_FAILED and not (patient and change.going_on) for change in changes):
        record = _record(run, changes, None, "")
        return Look(Signals(undo=Undo.FAILED), _verdict_fields(judge(record)), LOOK_AGAIN)
    return Look(Signals(), wait=1.0)


def _patient(run: ExperimentRun) -> bool:
    """Whether an engine may still be at its undo without anybody being called."""
    asked = run.events.filter(state=State.ROLLING_BACK.value).values_list("at", flat=True).first()
    return asked is None or timezone.now() - asked < GOING_ON


def _undo(change: Change, run: ExperimentRun) -> Change:
    waiting = change.state in (UNDOING, UNDO_FAILED) and change.lease_until > timezone.now()
    if not change.open or waiting:
        return change
    try:
        return engine.undo(change, run.stop_reason or "Observed as long as planned.")
    except NotOpen:
        # The rescue was faster; its result is seen with the next ring.
        change.refresh_from_db()
        return change


def verifying(run: ExperimentRun) -> Look:
    """Measure the steady state with data from after the undo only, until it holds or the time for it is over."""
    wanted, now = plan(run), timezone.now()
    removed = run.removed_at or now
    changes = list(engine.for_owner(run.owner))
    readings = (
        measure.measure(wanted.hypothesis, wanted.where, now, since=removed, before=run.injected_at) if changes else []
    )
    after = overall(reading.outcome for reading in readings) if changes else None
    waited = (now - removed).total_seconds()
    settled = after in (None, Outcome.HOLDS) or waited >= wanted.recover
    fields: dict[str, Any] = {"steady_after": measure.stored(readings)}
    unsure = bool(changes) and run.ended_because in UNSURE
    if settled and unsure:
        settled = waited >= LATE and _still_undone(changes)
        if waited >= LATE and not settled:
            fields["removed_at"] = now
    if settled:
        took = waited if after is Outcome.HOLDS and not unsure else None
        verdicts = judge(_record(run, changes, after, summary(readings), took))
        fields |= _verdict_fields(verdicts) | {"ended_at": now}
    return Look(Signals(settled=settled), fields, wait=wanted.pause)


def _still_undone(changes: list[Change]) -> bool:
    """Look at AWS a second time; what has landed since the undo is undone again, and False is answered."""
    fences = [change.fence for change in changes]
    try:
        seen = [engine.look_again(change) for change in changes]
    except (AwsError, NotOpen):
        return False
    return [change.fence for change in seen] == fences and all(change.state == UNDONE for change in seen)


def _record(
    run: ExperimentRun, changes: list[Change], after: Outcome | None, sentence: str, took: float | None = None
) -> Record:
    rounds = [measure.restored(row["readings"]) for row in run.steady_during]
    broken = next((summary(r) for r in rounds if overall(x.outcome for x in r) is Outcome.BROKEN), "")
    return Record(
        armed=bool(changes),
        applied=run.injected_at is not None and not run.fault_error,
        undone=all(change.state == UNDONE for change in changes),
        ended=Ended(run.ended_because),
        stop_reason=run.stop_reason,
        during=[overall(reading.outcome for reading in one) for one in rounds],
        after=after,
        after_sentence=sentence,
        broken_sentence=broken,
        fault_error=run.fault_error,
        fault_seconds=_seconds_in_place(changes, timezone.now()),
        max_seconds=run.definition["max_seconds"],
        undo_attempts=max((change.attempts for change in changes), default=0),
        recovered_after=took,
    )


def _seconds_in_place(changes: list[Change], now: datetime) -> float:
    """The longest time from the call that applied a change to its proven undo."""
    spans = [((c.undone_at or now) - c.applied_at).total_seconds() for c in changes if c.applied_at]
    return max(spans, default=0.0)


def _verdict_fields(verdicts: Verdicts) -> dict[str, Any]:
    return {"verdicts": asdict(verdicts), "passed": verdicts.passed}
