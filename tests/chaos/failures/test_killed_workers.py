"""Failure table: a worker is killed or stopped. Two real workers with a beat each, on PostgreSQL and Redis."""

from __future__ import annotations

import os
import signal

import pytest

from benchmarks.chaos_fleet import CALLS
from tests.service.stack import until

from .conftest import Portal

pytestmark = [pytest.mark.service, pytest.mark.postgres, pytest.mark.redis]


def held(portal: Portal, call: str) -> int:
    """A run that hangs in this call of its fault."""
    portal.workers()
    portal.gate.hold(CALLS["measure"])
    run = portal.experiment()
    until(lambda: portal.called("measure"), 180, "the first measurement")
    began = portal.called("measure")[-1]
    portal.gate.hold(CALLS[call])
    portal.gate.open(CALLS["measure"])
    until(lambda: portal.called(call, since=began), 120, f"the call {call}")
    return run


def test_worker_killed_before_armed_leaves_nothing_to_undo_and_ends_the_run(portal: Portal) -> None:
    run = held(portal, "look")
    assert portal.state(run) == "injecting"
    portal.kill(portal.holder(run))
    portal.gate.open()
    portal.reach(run, "ended")
    assert portal.changes(run) == []
    assert portal.called("apply") == []
    assert portal.column(run, "ended_because") == "crash"


def test_killed_between_armed_and_applied_is_undone_and_what_lands_late_is_undone_too(portal: Portal) -> None:
    """The call of the killed worker stays on its way until the undo is proven: only the second look can find it."""
    run = held(portal, "apply")
    assert portal.changes(run) == ["armed"]
    portal.kill(portal.holder(run))
    portal.reach(run, "verifying")
    assert portal.changes(run) == ["undone"]
    portal.gate.open()
    until(lambda: portal.reserved(run) == 0, 60, "the late call to land")
    portal.reach(run, "ended")
    assert portal.reserved(run) is None
    assert len(portal.called("apply")) == 1, "the fault was injected a second time"


def test_killed_during_rollback_the_next_worker_repeats_the_remaining_undos(portal: Portal) -> None:
    run = held_in_undo(portal)
    assert portal.changes(run) == ["undoing"]
    portal.kill(portal.holder(run))
    portal.gate.open()
    portal.reach(run, "ended")
    assert portal.changes(run) == ["undone"]
    assert portal.reserved(run) is None
    assert len(portal.called("apply")) == 1


def held_in_undo(portal: Portal) -> int:
    """A run whose undo hangs, after an abort."""
    portal.workers()
    portal.gate.hold(CALLS["undo"])
    run = portal.experiment()
    portal.reach(run, "observing")
    portal.fleet("abort", str(run))
    until(lambda: portal.called("undo"), 120, "the undo")
    return run


def test_a_stopped_worker_that_returns_is_fenced_and_its_call_is_taken_back(portal: Portal) -> None:
    run = held(portal, "apply")
    zombie = portal.holder(run)
    os.killpg(zombie.pid, signal.SIGSTOP)
    token = portal.column(run, "token")
    portal.reach(run, "verifying")
    assert portal.column(run, "token") > token
    portal.gate.open()
    until(lambda: portal.reserved(run) == 0, 60, "the call in flight to land")
    os.killpg(zombie.pid, signal.SIGCONT)
    until(lambda: portal.reserved(run) is None, 60, "the late call to be taken back")
    portal.reach(run, "ended")
    assert portal.changes(run) == ["undone"]
    assert len(portal.called("apply")) == 1
    assert portal.column(run, "ended_because") == "crash"


def test_deploy_of_the_portal_hands_the_run_over_without_cutting_it_short(portal: Portal) -> None:
    portal.workers()
    portal.gate.hold(CALLS["apply"])
    run = portal.experiment()
    until(lambda: portal.called("apply"), 180, "the fault")
    leaving = portal.holder(run)
    leaving.send_signal(signal.SIGTERM)
    portal.gate.open()
    assert leaving.wait(90) == 0
    portal.processes.remove(leaving)
    portal.reach(run, "ended")
    assert portal.column(run, "ended_because") == "planned"
    assert portal.changes(run) == ["undone"]
    assert len(portal.called("apply")) == 1
