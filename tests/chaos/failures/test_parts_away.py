"""Failure table: the broker, the database or AWS is away while a fault is in place. Real processes behind links."""

from __future__ import annotations

from contextlib import closing

import pytest
import redis

from benchmarks.chaos_fleet import CALLS
from tests.service.stack import until

from .conftest import Portal, owner

pytestmark = [pytest.mark.service, pytest.mark.postgres, pytest.mark.redis]


def under_fault(portal: Portal) -> int:
    """A run whose fault is in place."""
    portal.worker("one", "-B", "-s", str(portal.folder / "one.beat"))
    run = portal.experiment()
    portal.reach(run, "observing")
    assert portal.reserved(run) == 0
    return run


def test_redis_down_the_supervisor_takes_the_fault_out_and_nothing_new_starts(portal: Portal) -> None:
    portal.start("supervisor", "manage.py", "supervise")
    run = under_fault(portal)
    portal.broker.cut()
    until(lambda: portal.changes(run) == ["undone"], 120, "the undo")
    assert portal.reserved(run) is None
    applied = len(portal.called("apply"))
    waiting = portal.experiment()
    assert len(portal.called("apply")) == applied
    portal.broker.mend()
    # Celery gives up on a broker that it lost with messages in hand; a process manager starts it again.
    portal.worker("again", "-B", "-s", str(portal.folder / "again.beat"))
    portal.reach(run, "ended")
    assert portal.column(run, "ended_because") == "crash"
    portal.reach(waiting, "observing", "ended", seconds=240)
    assert len(portal.called("apply")) == applied + 1, "the run that waited starts once the broker is back"


def test_redis_flushed_the_next_tick_rings_again_and_the_run_ends_as_planned(portal: Portal) -> None:
    run = under_fault(portal)
    with closing(redis.Redis.from_url(portal.direct["REDIS_URL"])) as server:
        server.flushdb()
    portal.reach(run, "ended")
    assert portal.column(run, "ended_because") == "planned"
    assert len(portal.called("apply")) == 1
    assert portal.reserved(run) is None


def test_database_down_under_the_fault_the_worker_undoes_from_memory_and_writes_it_down_later(portal: Portal) -> None:
    run = under_fault(portal)
    portal.wire.cut()
    until(lambda: portal.reserved(run) is None, 120, "the undo from memory")
    assert portal.changes(run) == ["applied"], "nobody could write yet"
    portal.wire.mend()
    until(lambda: portal.changes(run) == ["undone"], 120, "the undo on record")
    undone = "SELECT count(*) FROM access_auditevent WHERE action = 'change.undone' AND target = %s"
    assert portal.rows(undone, changed(portal, run)) == [(1,)]
    assert len(portal.called("apply")) == 1


def changed(portal: Portal, run: int) -> str:
    """How the audit log names the run's change."""
    found = portal.rows("SELECT id FROM changes_change WHERE owner = %s", owner(run))
    return f"change:{found[0][0]}"


def test_aws_throttles_the_undo_the_service_is_blocked_until_it_is_proven(portal: Portal) -> None:
    portal.gate.refuse(CALLS["undo"])
    run = under_fault(portal)
    portal.reach(run, "undo_failed")
    [(error, attempts)] = portal.rows("SELECT error, attempts FROM changes_change WHERE owner = %s", owner(run))
    assert "Rate exceeded" in error or "TooManyRequests" in error
    assert attempts >= 1
    reasons = portal.ask(
        "from services import guards\nfrom chaos.models import ExperimentRun\n"
        f"answer = guards.ask('chaos', ExperimentRun.objects.get(pk={run}).service).reasons"
    )
    assert any("under way" in reason for reason in reasons)
    portal.gate.open()
    portal.reach(run, "ended", seconds=240)
    assert portal.reserved(run) is None
