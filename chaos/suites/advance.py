"""The jobs of suites: begin a slot, and go on one experiment at a time. Any number of workers may ring."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chaos import start
from chaos.engine.suites import Next, Result, decide
from chaos.models import Experiment, ExperimentRun
from chaos.suites.models import FAILED, PASSED, RUNNING, STOPPED, Suite, SuiteRun, SuiteStep
from portal.access import audit
from portal.jobs.context import JobContext

ENDS = {Next.PASSED: PASSED, Next.FAILED: FAILED, Next.STOPPED: STOPPED}


def run_slot(context: JobContext) -> dict[str, Any]:
    """The job `chaos.suite`: one slot of a suite's schedule."""
    suite = Suite.objects.select_related("service").filter(pk=context.args["suite"]).first()
    if suite is None or not suite.enabled or suite.service.removed_at is not None:
        return {"started": False, "why": "The suite is gone or switched off."}
    slot, by = context.slot or context.run.created_at, context.run.requested_by or "schedule"
    made = begin(suite, slot, by=by, job_run=context.run.pk)
    if made is None:
        return {"started": False, "why": "This slot has its run already, or the run before still goes on."}
    return {"started": True, "suite_run": made.pk}


def begin(suite: Suite, slot_at: datetime, *, by: str, job_run: int | None = None) -> SuiteRun | None:
    """The suite's run of this slot; None where it is there already or another one goes on."""
    try:
        with transaction.atomic():
            made = SuiteRun.objects.create(
                suite=suite, slot_at=slot_at, plan=suite.experiments, requested_by=by, job_run=job_run
            )
            audit.record(by, "chaos.suite.start", f"suite:{suite.pk}", severity="high", slot=slot_at.isoformat())
    except IntegrityError:
        return None
    return made


def ring(context: JobContext) -> dict[str, Any]:
    """The job `chaos.suites`: every running suite one step further where it is time."""
    rows = SuiteRun.objects.filter(state=RUNNING).select_related("suite__service")
    return {"suites": {str(row.pk): advance(row) for row in rows}}


def advance(row: SuiteRun) -> str:
    """Go on with one; answers what was done. Two workers start a step once: its place is unique."""
    results = [_result(step.run) for step in row.steps.select_related("run__experiment")]
    move, why = decide(len(row.plan), results)
    if move is Next.START:
        return _start(row, len(results))
    if move is not Next.WAIT:
        _end(row, ENDS[move], why)
    return move.value


def _start(row: SuiteRun, place: int) -> str:
    experiment = Experiment.objects.select_related("service").filter(pk=row.plan[place]).first()
    if experiment is None:
        _end(row, FAILED, "One of its experiments was removed: edit the suite.")
        return Next.FAILED.value
    try:
        with transaction.atomic():
            # In the name of whoever began the suite: nobody is their own second person because a suite stands between.
            made = start.create(experiment, timezone.now(), by=row.requested_by, job_run=row.job_run)
            if made is None:
                return Next.WAIT.value
            SuiteStep.objects.create(suite_run=row, order=place, run=made)
    except IntegrityError:
        return Next.WAIT.value
    return Next.START.value


def _end(row: SuiteRun, state: str, why: str) -> None:
    with transaction.atomic():
        mine = SuiteRun.objects.filter(pk=row.pk, state=RUNNING)
        if mine.update(state=state, reason=why[:1000], ended_at=timezone.now()):
            severity = "high" if state == STOPPED else "low"
            audit.record(
                "suite", "chaos.suite.end", f"suite:{row.suite_id}", severity=severity, state=state, why=why[:300]
            )


def _result(run: ExperimentRun) -> Result:
    safety = (run.verdicts or {}).get("safety", {}).get("state", "")
    return Result(
        title=run.experiment.title,
        over=run.over,
        passed=bool(run.passed),
        blocked=run.state == "blocked",
        safe=safety != "poor" and run.state != "undo_failed",
    )
