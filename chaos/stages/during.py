"""Under the fault: renew what is in place, watch, and decide when it has been enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chaos import measure
from chaos.engine.states import Fault, Signals
from chaos.engine.stopping import Round, over_the_limit, tripped
from chaos.engine.verdicts import Ended
from chaos.models import ExperimentRun
from chaos.stages.look import Look, Plan, plan, stop_asked, stop_or_denied
from chaos.stages.watching import watched
from portal.changes import engine
from portal.changes.models import APPLIED, Change

CHANGE_LEASE = timedelta(seconds=20)
"""Somewhat longer than the run's own lease, so that a take-over comes first and the rescue is the second net."""
CRASHED = {"ended_because": Ended.CRASH.value, "stop_reason": "The worker was lost under the fault."}


def observing(run: ExperimentRun, crashed: bool) -> Look:
    """Measure one round and say whether to go on."""
    if crashed or run.injected_at is None:
        return Look(Signals(crashed=True), CRASHED)
    seen, wanted = watch(run), plan(run)
    if seen.signals.stop:
        return seen
    observed = (timezone.now() - (run.observed_from or run.injected_at)).total_seconds() >= wanted.observe
    return Look(Signals(fault=Fault.APPLIED, observed=observed), seen.fields, wanted.pause)


def watch(run: ExperimentRun) -> Look:
    """Renew every change and measure one round. Aborts and halts are looked at before and after the metrics."""
    stop, because = stop_asked(run)
    if stop and because:
        return stopped(stop, because)
    changes = list(engine.for_owner(run.owner))
    renewed = [change.state == APPLIED and engine.renew(change, CHANGE_LEASE) for change in changes]
    if not changes or not all(renewed):
        return stopped("The fault was taken out by the rescue: nobody had renewed its lease.", Ended.CRASH)
    wanted, now = plan(run), timezone.now()
    readings = measure.measure(wanted.hypothesis, wanted.where, now, since=run.injected_at)
    rounds = [*run.steady_during, {"at": now.isoformat(), "readings": measure.stored(readings)}]
    stop, because = _why_stop(run, wanted, rounds, changes, now)
    seen = stopped(stop, because) if stop and because else Look(Signals())
    return Look(seen.signals, {"steady_during": rounds} | seen.fields)


def stopped(reason: str, because: Ended) -> Look:
    """The answer that takes everything out now."""
    return Look(Signals(stop=reason), {"ended_because": because.value, "stop_reason": reason})


def _why_stop(
    run: ExperimentRun, wanted: Plan, rounds: Sequence[dict[str, Any]], changes: Sequence[Change], now: datetime
) -> tuple[str, Ended | None]:
    reason = tripped(wanted.stop_conditions, as_rounds(rounds, run.injected_at or now), wanted.patience)
    if reason:
        return reason, Ended.STOP_CONDITION
    reason = next(filter(None, map(watched, changes)), "")
    if reason:
        return reason, Ended.FAULT_FAILED
    first = min((change.applied_at for change in changes if change.applied_at), default=now)
    reason = over_the_limit((now - first).total_seconds(), wanted.limit)
    if reason:
        return reason, Ended.LIMIT
    return stop_or_denied(run)


def as_rounds(rows: Sequence[dict[str, Any]], start: datetime) -> list[Round]:
    """Stored rounds for the engine, with seconds since the first fault went in."""
    return [
        Round((datetime.fromisoformat(row["at"]) - start).total_seconds(), measure.restored(row["readings"]))
        for row in rows
    ]
