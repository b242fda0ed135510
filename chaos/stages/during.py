"""Under the fault: arm, apply, watch, and decide when it has been enough."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chaos import measure
from chaos.claim import log, write
from chaos.engine.states import Fault, Signals
from chaos.engine.stopping import Round, over_the_limit, tripped
from chaos.engine.verdicts import Ended
from chaos.faults.registry import faults
from chaos.models import ExperimentRun
from chaos.stages.look import Look, Plan, plan, stop_asked, stop_or_denied
from chaos.stages.watching import watched
from portal.aws.errors import AwsError
from portal.changes import engine, fence
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.models import APPLIED, Change

logger = logging.getLogger(__name__)
CHANGE_LEASE = timedelta(seconds=20)
"""Somewhat longer than the run's own lease, so that a take-over comes first and the rescue is the second net."""
CRASHED = {"ended_because": Ended.CRASH.value, "stop_reason": "The worker was lost under the fault."}


def injecting(run: ExperimentRun, fresh: bool) -> Look:
    """Arm, then apply. Only the worker that has just moved the run here may do so: anybody else rolls back."""
    if not fresh:
        return Look(Signals(crashed=True), CRASHED)
    fault = faults.get(run.definition["fault"])
    if fault is None or run.preview is None:
        return _failed("the fault or its target is not known")
    try:
        change = engine.arm(
            fault.kind, run.preview["target"], owner=run.owner, by=run.requested_by,
            lease=CHANGE_LEASE, reason=f"Experiment {run.experiment.title}",
        )  # fmt: skip
        log(run, f"Armed: {fault.title}. The undo is on record as change {change.pk}.")
        fence.remember(change, CHANGE_LEASE)
        stop, because = stop_or_denied(run)
        if stop and because:
            return _stop(stop, because)
        write(run)  # a worker that lost its lease stops here, before AWS is touched
        engine.apply(change)
    except (AwsError, NotVerified, NotOpen, ValueError) as error:
        logger.warning("fault of run %s failed: %s", run.pk, error)
        return _failed(str(error))
    return Look(Signals(fault=Fault.APPLIED), {"injected_at": timezone.now()})


def _failed(error: str) -> Look:
    return Look(Signals(fault=Fault.FAILED), {"fault_error": error[:1000], "ended_because": Ended.FAULT_FAILED.value})


def observing(run: ExperimentRun, crashed: bool) -> Look:
    """Measure one round and say whether to go on. Aborts and halts are looked at before and after the metrics."""
    change = engine.for_owner(run.owner).last()
    if crashed or run.injected_at is None:
        return Look(Signals(crashed=True), CRASHED)
    stop, because = stop_asked(run)
    if stop and because:
        return _stop(stop, because)
    if change is None or change.state != APPLIED or not engine.renew(change, CHANGE_LEASE):
        return _stop("The fault was taken out by the rescue: nobody had renewed its lease.", Ended.CRASH)
    wanted, now = plan(run), timezone.now()
    readings = measure.measure(wanted.hypothesis, wanted.arguments, now, since=run.injected_at)
    rounds = [*run.steady_during, {"at": now.isoformat(), "readings": measure.stored(readings)}]
    stop, because = _why_stop(run, wanted, rounds, change, now)
    fields: dict[str, Any] = {"steady_during": rounds}
    if stop and because:
        return Look(Signals(stop=stop), fields | {"ended_because": because.value, "stop_reason": stop})
    observed = (now - run.injected_at).total_seconds() >= wanted.observe
    return Look(Signals(fault=Fault.APPLIED, observed=observed), fields, wanted.pause)


def _stop(reason: str, because: Ended) -> Look:
    return Look(Signals(stop=reason), {"ended_because": because.value, "stop_reason": reason})


def _why_stop(
    run: ExperimentRun, wanted: Plan, rounds: Sequence[dict[str, Any]], change: Change, now: datetime
) -> tuple[str, Ended | None]:
    reason = tripped(wanted.stop_conditions, as_rounds(rounds, run.injected_at or now), wanted.patience)
    if reason:
        return reason, Ended.STOP_CONDITION
    reason = watched(change)
    if reason:
        return reason, Ended.FAULT_FAILED
    reason = over_the_limit((now - (change.applied_at or now)).total_seconds(), wanted.limit)
    if reason:
        return reason, Ended.LIMIT
    return stop_or_denied(run)


def as_rounds(rows: Sequence[dict[str, Any]], start: datetime) -> list[Round]:
    """Stored rounds for the engine, with seconds since the fault went in."""
    return [
        Round((datetime.fromisoformat(row["at"]) - start).total_seconds(), measure.restored(row["readings"]))
        for row in rows
    ]
