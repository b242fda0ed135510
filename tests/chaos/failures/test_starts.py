"""Failure table: what must not start, and what must stop. Decisions in memory; the races are in test_races.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chaos import advance, claim, experiments, halts
from chaos.models import ExperimentRun
from chaos.start import abort, create
from portal.changes import engine, fence
from portal.changes.models import Change
from portal.jobs import leaving
from tests.chaos.conftest import START, World


def test_two_beats_fire_one_slot_one_run_and_the_loser_is_told(run: ExperimentRun) -> None:
    assert create(run.experiment, START, by="schedule") is None
    assert ExperimentRun.objects.count() == 1


def test_message_delivered_twice_is_a_no_op(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    calls = list(world.calls)
    held = claim.take(run.pk)
    assert held is not None
    assert advance.advance(run.pk) == "held"
    assert world.calls == calls


def test_message_delivered_after_the_end_is_a_no_op(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    calls = list(world.calls)
    assert advance.advance(run.pk) == "held"
    assert world.calls == calls


@pytest.mark.parametrize(("minutes", "state"), [(15, "blocked"), (17, "ended")])
def test_credentials_must_outlive_the_longest_time_by_15_minutes(
    world: World, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch, settings: Any, minutes: int, state: str
) -> None:
    """The experiment may stay for 60 s."""
    settings.AWS_ENDPOINT_URL = ""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", (START + timedelta(minutes=minutes)).isoformat())
    world.ring_until(run, state)
    assert ("apply" in world.calls) is (state == "ended")
    assert ("AWS keys end at 12:15 UTC" in run.reason) is (state == "blocked")


def test_credentials_whose_end_cannot_be_read_refuse_the_start(
    world: World, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.AWS_ENDPOINT_URL = ""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "soon")
    world.ring_until(run, "blocked")


def test_guard_source_unreachable_denies(world: World, run: ExperimentRun, guard: Callable[..., Any]) -> None:
    def unreachable(query: object) -> str:
        raise ConnectionError("no route to the incident tool")

    with guard(unreachable):
        world.ring_until(run, "blocked")
    assert "could not be asked, so the answer is no" in run.reason
    assert "apply" not in world.calls


def test_guard_source_that_answers_too_late_denies(
    world: World, run: ExperimentRun, guard: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 10_000, 6))
    monkeypatch.setattr("services.guards.time.monotonic", lambda: next(ticks))
    with guard(lambda query: ""):
        world.ring_until(run, "blocked")
    assert "took longer than 5 s" in run.reason


def test_canary_or_incident_that_begins_mid_run_aborts_within_10_seconds(
    world: World, run: ExperimentRun, guard: Callable[..., Any]
) -> None:
    world.ring_until(run, "observing")
    with guard(lambda query: "checkout is being rolled out"):
        world.ring(10)
        world.ring()
    assert not world.faulty
    world.ring_until(run, "ended")
    assert run.stop_reason == "A guard says no: checkout is being rolled out"
    assert run.verdicts["safety"]["word"] == "stopped"


def test_incident_that_begins_between_check_and_step_keeps_the_fault_out(
    world: World, run: ExperimentRun, guard: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guards allow it while checking; the incident begins while the target is looked at."""
    incident: list[str] = []
    arm = engine.arm

    def arming(*args: Any, **kwargs: Any) -> Change:
        incident.append("payments has an open incident")
        return arm(*args, **kwargs)

    monkeypatch.setattr("chaos.stages.during.engine.arm", arming)
    with guard(lambda query: incident[0] if incident else ""):
        world.ring_until(run, "ended")
    assert "apply" not in world.calls
    assert "open incident" in run.stop_reason


def test_the_experiment_that_was_edited_after_its_run_was_planned_is_refused(
    world: World, run: ExperimentRun, fields: dict[str, Any]
) -> None:
    experiments.change(run.experiment, fields | {"observe_seconds": 11}, "jon")
    world.ring_until(run, "blocked")
    assert "edited after" in run.reason


def test_halt_while_starting_is_seen_by_the_transaction_that_starts(
    world: World, run: ExperimentRun, mira: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All guards have allowed it and the steady state holds; the halt is committed right before the start is."""
    transition = claim.transition

    def halted_first(one: ExperimentRun, step: Any, **more: Any) -> Any:
        if step.state == "injecting":
            halts.halt(mira, "Payments has an incident.")
        return transition(one, step, **more)

    monkeypatch.setattr("chaos.advance.claim.transition", halted_first)
    world.ring()
    run.refresh_from_db()
    assert (run.state, run.ended_because) == ("blocked", "kill_switch")
    assert run.ended_at is not None
    assert "apply" not in world.calls


@pytest.mark.parametrize("how", ["abort", "halt"])
def test_a_run_that_meant_to_wait_is_stopped_by_the_next_ring(
    world: World, run: ExperimentRun, jon: Any, mira: Any, how: str
) -> None:
    world.ring_until(run, "observing")
    ExperimentRun.objects.update(due_at=timezone.now() + timedelta(hours=1))
    if how == "abort":
        abort(run, jon)
    else:
        halts.halt(mira, "Payments has an incident.")
    world.ring(2)
    assert not world.faulty


def test_a_halt_of_another_team_lets_a_run_wait(world: World, run: ExperimentRun, mira: Any) -> None:
    world.ring_until(run, "observing")
    ExperimentRun.objects.update(due_at=timezone.now() + timedelta(hours=1))
    halts.halt(mira, "Payments has an incident.", "group:default/payments")
    world.ring(2)
    assert world.faulty


def test_a_worker_that_is_leaving_takes_no_run_and_hands_over_what_it_holds(
    world: World, run: ExperimentRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chaos.advance.leaving", lambda: True)
    world.ring()
    run.refresh_from_db()
    assert run.state == "scheduled"
    advance.advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.holder, run.lease_until) == ("claimed", "", None)
    monkeypatch.setattr("chaos.advance.leaving", lambda: False)
    world.ring_until(run, "ended")
    assert run.passed


def test_celery_tells_when_a_worker_is_leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from celery.signals import worker_shutting_down

    monkeypatch.setattr("portal.jobs.leaving._leaving", threading.Event())
    assert not leaving.leaving()
    worker_shutting_down.send(sender="worker", sig="TERM", how="Warm", exitcode=0)
    assert leaving.leaving()


def test_what_landed_after_the_undo_is_found_by_the_second_look(world: World, run: ExperimentRun) -> None:
    """The run was lost under the fault; its call lands after the undo was proven."""
    world.ring_until(run, "observing")
    claim.take(run.pk)
    world.clock.shift(claim.LEASE.total_seconds() + 1)
    world.ring_until(run, "verifying")
    world.faulty = True
    world.ring_until(run, "ended", limit=90)
    assert not world.faulty
    assert Change.objects.get(owner=run.owner).state == "undone"
    assert world.calls.count("undo") == 2


def test_while_the_database_answers_memory_undoes_nothing(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    assert fence.look(time.monotonic() + 100) == 0
    assert world.faulty
    world.ring_until(run, "ended")
    assert fence.look(time.monotonic() + 1000) == 0
    assert fence._held == {}
