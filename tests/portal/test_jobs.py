"""Jobs: slots, runs, retries, lost workers, duplicate rings, cancelling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from portal.access.models import AuditEvent
from portal.jobs import queue, runner
from portal.jobs.context import JobContext, LeaseLost
from portal.jobs.models import Run, Schedule
from portal.jobs.tick import claim, tick
from portal.plugins import Job, jobs

pytestmark = pytest.mark.django_db
calls: list[dict[str, Any]] = []


def note(context: JobContext) -> dict[str, Any]:
    calls.append(context.args)
    context.progress(1, 2, "half")
    context.log("did it")
    return {"sum": 3}


@pytest.fixture(autouse=True)
def _job(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    calls.clear()
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)
    with jobs.temporarily(Job("test.note", "Note", note)):
        yield


def test_a_run_keeps_progress_log_and_result() -> None:
    run = queue.enqueue("test.note", {"a": 1}, by="mira")
    runner.execute(run.pk, heartbeat=False)
    run.refresh_from_db()
    assert (run.state, run.result, run.percent, run.attempt) == ("succeeded", {"sum": 3}, 50, 1)
    assert "did it" in run.log
    assert calls == [{"a": 1}]


def test_a_second_ring_for_the_same_run_does_nothing() -> None:
    run = queue.enqueue("test.note")
    runner.execute(run.pk, heartbeat=False)
    runner.execute(run.pk, heartbeat=False)
    assert len(calls) == 1


def test_a_run_that_is_not_due_is_not_taken() -> None:
    run = queue.enqueue("test.note", due_at=timezone.now() + timedelta(hours=1))
    runner.execute(run.pk, heartbeat=False)
    assert calls == []


def test_a_unique_run_is_asked_for_once_while_it_is_active() -> None:
    first = queue.enqueue("test.note", unique="checkout")
    assert queue.enqueue("test.note", unique="checkout").pk == first.pk
    runner.execute(first.pk, heartbeat=False)
    assert queue.enqueue("test.note", unique="checkout").pk != first.pk


def test_an_unknown_job_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no\.such"):
        queue.enqueue("no.such")


def test_a_slot_is_claimed_once_by_any_number_of_beats() -> None:
    schedule = queue.schedule("every-minute", "test.note", every=60)
    stale = Schedule.objects.get(pk=schedule.pk)
    now = schedule.next_at + timedelta(seconds=1)
    assert claim(schedule, now)
    assert not claim(stale, now)
    assert Run.objects.filter(schedule=schedule).count() == 1


def test_a_missed_cron_slot_is_skipped_with_a_visible_reason() -> None:
    schedule = queue.schedule("nightly", "test.note", cron="0 3 * * *")
    tick(schedule.next_at + timedelta(hours=2))
    run = Run.objects.get(schedule=schedule)
    assert run.state == "skipped"
    assert "120 min old" in run.error


def test_a_missed_slot_runs_once_where_the_policy_says_so() -> None:
    schedule = queue.schedule("nightly", "test.note", cron="0 3 * * *", misfire="once")
    tick(schedule.next_at + timedelta(days=3, hours=2))
    assert [run.state for run in Run.objects.filter(schedule=schedule)] == ["queued"]


def test_a_slot_is_skipped_while_the_run_before_still_goes_on() -> None:
    schedule = queue.schedule("hourly", "test.note", cron="0 * * * *")
    tick(schedule.next_at)
    schedule.refresh_from_db()
    tick(schedule.next_at)
    assert sorted(run.state for run in Run.objects.filter(schedule=schedule)) == ["queued", "skipped"]


def test_changing_a_rule_moves_the_next_slot_and_keeping_it_does_not() -> None:
    first = queue.schedule("s", "test.note", cron="0 3 * * *").next_at
    assert queue.schedule("s", "test.note", cron="0 3 * * *", title="Renamed").next_at == first
    assert queue.schedule("s", "test.note", cron="0 4 * * *").next_at != first


def test_a_failing_job_is_retried_with_a_growing_pause_and_then_fails() -> None:
    def explode(context: JobContext) -> None:
        raise RuntimeError("no such bucket")

    with jobs.temporarily(Job("test.note", "Note", explode, max_attempts=2)):
        run = queue.enqueue("test.note")
        runner.execute(run.pk, heartbeat=False)
        run.refresh_from_db()
        assert (run.state, run.attempt) == ("queued", 1)
        assert run.due_at > timezone.now() + timedelta(seconds=5)
        with time_machine.travel(run.due_at + timedelta(seconds=1)):
            runner.execute(run.pk, heartbeat=False)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "no such bucket" in run.error


def test_the_run_of_a_dead_worker_is_marked_lost_or_tried_again() -> None:
    once, twice = queue.enqueue("test.note"), queue.enqueue("test.note")
    Run.objects.filter(pk=twice.pk).update(max_attempts=2)
    for run in (once, twice):
        assert runner.take(run.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        runner.sweep()
    once.refresh_from_db()
    twice.refresh_from_db()
    assert (once.state, twice.state) == ("lost", "queued")
    assert "fell silent" in once.error


def test_a_worker_that_lost_its_run_can_write_nothing_more() -> None:
    run = queue.enqueue("test.note")
    taken = runner.take(run.pk)
    assert taken is not None
    zombie = JobContext(taken, lease=60)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        runner.sweep()
    with pytest.raises(LeaseLost):
        zombie.progress(1, 1, "too late")
    with pytest.raises(LeaseLost):
        zombie.check()
    run.refresh_from_db()
    assert run.progress_text == ""


def test_a_ring_that_was_lost_is_rung_again(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[int] = []
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: rung.append(run_id))
    run = queue.enqueue("test.note")
    with time_machine.travel(timezone.now() + timedelta(seconds=30)), django_capture_on_commit_callbacks(execute=True):
        runner.sweep()
    assert rung == [run.pk]


def test_a_queued_run_is_cancelled_at_once_and_a_running_one_when_it_looks(mira: User) -> None:
    def obedient(context: JobContext) -> None:
        runner.cancel(context.run, mira)
        context.check()

    waiting = queue.enqueue("test.note")
    assert runner.cancel(waiting, mira)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    with jobs.temporarily(Job("test.note", "Note", obedient)):
        run = queue.enqueue("test.note")
        runner.execute(run.pk, heartbeat=False)
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", "cancelled by mira")
    assert AuditEvent.objects.filter(action="job.cancel").count() == 2


def test_only_the_newest_runs_of_a_frequent_job_are_kept() -> None:
    with jobs.temporarily(Job("test.note", "Note", note, keep=3)):
        for _ in range(6):
            runner.execute(queue.enqueue("test.note").pk, heartbeat=False)
    assert Run.objects.filter(job="test.note").count() == 3


def test_a_run_whose_plugin_is_gone_fails_with_the_remedy() -> None:
    run = queue.enqueue("test.note")
    Run.objects.filter(pk=run.pk).update(job="gone.job")
    runner.execute(run.pk, heartbeat=False)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "switch its plugin on" in run.error
