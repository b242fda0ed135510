"""The job `chaos.advance`: take every due run and move it as far as it goes, in short steps.

The database is the truth: a second ring, a lost ring or a dead worker changes nothing but the time. Whoever takes a
run from a lost worker never injects: it takes out all that is armed.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.utils import timezone

from chaos import claim, proof
from chaos.engine.states import State, move
from chaos.models import ExperimentRun
from chaos.stages import after, before, during, inject
from chaos.stages.look import Look
from portal.clock import brief, database_now
from portal.jobs.context import JobContext
from portal.jobs.leaving import leaving

logger = logging.getLogger(__name__)
BUDGET = 8.0
"""Seconds of one ring after which no further run is taken."""


def ring(context: JobContext) -> dict[str, Any]:
    """Advance all due runs, repairs first. Answers the state of each by its id."""
    until = time.monotonic() + BUDGET
    states: dict[str, str] = {}
    for pk in claim.due(database_now()):
        if time.monotonic() > until or leaving():
            break
        states[str(pk)] = advance(pk)
    return {"runs": states}


def advance(pk: int) -> str:
    """Take one run and move it until it waits, ends or is lost. Answers its state."""
    taken = claim.take(pk)
    if taken is None:
        return "held"
    run, crashed = taken
    try:
        _walk(run, crashed)
    except claim.Lost:
        logger.warning("run %s was taken over by another worker", pk)
        return "lost"
    except Exception:
        # The holder stays on record, so that the next ring treats this like a lost worker: it takes the fault out.
        logger.exception("run %s could not be advanced", pk)
        ExperimentRun.objects.filter(pk=pk, token=run.token).update(lease_until=database_now())
        return "failed"
    return run.state


def _walk(run: ExperimentRun, crashed: bool) -> None:
    while not run.over:
        seen = _look(run, crashed)
        step = move(run.stage, seen.signals)
        if step is None:
            claim.write(run, **seen.fields)
            claim.release(run, seen.wait)
            return
        if step.state is State.CLAIMED:
            seen.fields["started_at"] = timezone.now()
        with brief():
            step = claim.transition(run, step, **seen.fields)
            # A fault that cannot be taken out is known at once, not only when somebody has mended it.
            if step.state in (State.ENDED, State.UNDO_FAILED):
                proof.publish(run)
        crashed = False
        if leaving() and not run.over:
            # This worker is being stopped: another one goes on from here, at once.
            claim.release(run, 0)
            return


def _look(run: ExperimentRun, crashed: bool) -> Look:
    """Do what the state asks for, and tell what was seen."""
    match run.stage:
        case State.SCHEDULED:
            return before.scheduled(run)
        case State.CLAIMED:
            return before.claimed(run)
        case State.CHECKING:
            return before.checking(run)
        case State.INJECTING:
            return inject.injecting(run, crashed)
        case State.OBSERVING:
            return during.observing(run, crashed)
        case State.ROLLING_BACK | State.UNDO_FAILED:
            return after.rolling_back(run)
        case _:
            return after.verifying(run)
