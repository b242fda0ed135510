"""Walk the method: one step after the other, in short advances. A pause is a due time, never a sleep.

A step leaves `planned` once, by compare-and-set, so that no step is ever injected twice; a worker that was lost leads
to the undo of all that is armed, and no step is tried again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from chaos import measure, targets
from chaos.claim import log, write
from chaos.engine.method import Step
from chaos.engine.states import Fault, Signals
from chaos.engine.verdicts import Ended
from chaos.faults import registry
from chaos.faults.registry import faults
from chaos.models import APPLIED, ARMED, FAILED, PLANNED, ExperimentRun, GuardDecision, RunStep
from chaos.stages import during
from chaos.stages.decide import decide, too_old
from chaos.stages.look import Look, plan, stop_asked, stop_or_denied
from portal.aws.errors import AwsError
from portal.changes import engine, fence
from portal.changes.apart import apply_apart
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.kinds import Kind, Target
from portal.changes.models import Change

logger = logging.getLogger(__name__)
LONGEST_WAIT = 5.0
"""Seconds between two looks during a pause: aborts and stop conditions are seen, and leases renewed."""


class Halted(Exception):
    """Somebody asked to stop between the arming and the call: (why, which kind of end)."""


class NotNow(Exception):
    """The step must not be injected: another worker is at it, or its permission is too old."""


def injecting(run: ExperimentRun, crashed: bool) -> Look:
    """Look at aborts and at what is in place already, then take the next step. The caller holds the run's lease."""
    if crashed:
        return Look(Signals(crashed=True), during.CRASHED)
    seen = during.watch(run) if run.injected_at else _asked(run)
    if seen.signals.stop:
        return seen
    row = run.step_rows.filter(state__in=(PLANNED, ARMED)).first()
    found = _take(run, row) if row else Look(Signals())
    fields = seen.fields | found.fields
    if found.signals != Signals():
        return replace(found, fields=fields)
    if run.step_rows.filter(state__in=(PLANNED, ARMED)).exists():
        return replace(found, fields=fields)
    return Look(Signals(fault=Fault.APPLIED), fields | {"observed_from": timezone.now()})


def _asked(run: ExperimentRun) -> Look:
    stop, because = stop_asked(run)
    return during.stopped(stop, because) if stop and because else Look(Signals())


def _take(run: ExperimentRun, row: RunStep) -> Look:
    step = run.steps[row.seq]
    if step.type == "pause":
        return _pause(row, step)
    if step.type == "probe":
        return _probe(run, row, step)
    return _fault(run, row, step)


def _pause(row: RunStep, step: Step) -> Look:
    now = timezone.now()
    if row.due_at is None:
        _leave_planned(row, due_at=now + timedelta(seconds=step.seconds))
        row.due_at = now + timedelta(seconds=step.seconds)
    left = (row.due_at - now).total_seconds()
    if left <= 0:
        _done(row)
        return Look(Signals(), wait=0)
    return Look(Signals(), wait=min(left, LONGEST_WAIT))


def _probe(run: ExperimentRun, row: RunStep, step: Step) -> Look:
    """Measure one probe once. It is put on record and judges nothing."""
    wanted = plan(run)
    _leave_planned(row)
    probes = tuple(probe for probe in wanted.hypothesis.probes if probe.key == step.probe)
    only = replace(wanted.hypothesis, probes=probes)
    readings = measure.measure(only, wanted.where, timezone.now(), since=run.injected_at)
    _done(row, result={"readings": measure.stored(readings)})
    return Look(Signals(), wait=0)


def _fault(run: ExperimentRun, row: RunStep, step: Step) -> Look:
    """Ask the guards, arm, apply. What fails here is rolled back with all that is in place."""
    if row.state != PLANNED:
        return _failed(row, "somebody was at this step already")
    fault, target = faults.get(step.fault), targets.of_step(run.preview, row.seq)
    if fault is None or target is None:
        return _failed(row, "the fault or its target is not known")
    decision = decide(run, row.seq, step, target)
    if not decision.allowed:
        because = {"ended_because": Ended.GUARD.value, "stop_reason": "; ".join(decision.reasons)[:1000]}
        return Look(Signals(denied=tuple(decision.reasons)), because)
    write(run)  # a worker that lost its lease stops here
    try:
        _inject(run, row, fault, target["target"], decision)
    except Halted as asked:
        return during.stopped(*asked.args)
    except (AwsError, NotVerified, NotOpen, NotNow, ValueError) as error:
        logger.warning("step %s of run %s failed: %s", row.seq, run.pk, error)
        return _failed(row, str(error))
    now = timezone.now()
    _done(row, now=now)
    return Look(Signals(), {} if run.injected_at else {"injected_at": now}, wait=0)


def _inject(run: ExperimentRun, row: RunStep, fault: registry.Fault, target: Target, decision: GuardDecision) -> None:
    _leave_planned(row)
    change = engine.arm(
        fault.kind, target, owner=run.owner, by=run.requested_by,
        lease=during.CHANGE_LEASE, reason=f"Experiment {run.experiment.title}",
    )  # fmt: skip
    RunStep.objects.filter(pk=row.pk).update(change=change.pk)
    log(run, f"Armed: {row.name}. The undo is on record as change {change.pk}.")
    fence.remember(change, during.CHANGE_LEASE)
    _go_on(run)
    if too_old(decision):
        raise NotNow("the guards' answer is too old by now, so nothing was injected")
    write(run)  # and here, right before AWS is touched
    apart = settings.CHAOS_CHILD_PROCESS and "account" in target
    engine.apply(change, (lambda kind, at: _apart(run, change, kind, at, fault.apply_seconds)) if apart else None)


def _apart(run: ExperimentRun, change: Change, kind: Kind, target: Target, seconds: int) -> None:
    """Apply in a child; each second the leases are renewed and aborts looked at, which kill it."""

    def beat() -> None:
        write(run)
        engine.renew(change, during.CHANGE_LEASE)
        _go_on(run)

    apply_apart(kind, target, seconds, beat)


def _go_on(run: ExperimentRun) -> None:
    stop, because = stop_or_denied(run)
    if because:
        raise Halted(stop, because)


def _leave_planned(row: RunStep, **fields: Any) -> None:
    """The one ticket of this step. Raises NotNow where somebody has drawn it already."""
    mine = RunStep.objects.filter(pk=row.pk, state=PLANNED)
    if not mine.update(state=ARMED, began_at=timezone.now(), **fields):
        raise NotNow("another worker is at this step")


def _done(row: RunStep, **fields: Any) -> None:
    now = fields.pop("now", timezone.now())
    RunStep.objects.filter(pk=row.pk).update(state=APPLIED, done_at=now, **fields)


def _failed(row: RunStep, error: str) -> Look:
    RunStep.objects.filter(pk=row.pk).update(state=FAILED, result={"error": error[:1000]})
    fields = {"fault_error": error[:1000], "ended_because": Ended.FAULT_FAILED.value}
    return Look(Signals(fault=Fault.FAILED), fields)
