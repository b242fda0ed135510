"""A run from its slot to its verdicts, and what may stop it on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chaos.models import Experiment, ExperimentRun, RunEvent
from chaos.start import create
from portal.access.models import AuditEvent
from portal.changes.models import Change
from services import facts, guards
from services.guards import GuardQuery

from .conftest import START, World


def test_a_run_ends_with_four_verdicts_and_a_proof(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    words = {name: verdict["word"] for name, verdict in run.verdicts.items()}
    assert words == {"hypothesis": "held", "fault": "in place", "recovery": "recovered", "safety": "kept"}
    proof = facts.current(run.service)["chaos.proof"]
    assert proof.value["passed"] is True
    assert proof.value["by_fault"]["test_fault"]["undone"] is True
    assert proof.expires_at is not None
    assert (proof.expires_at - proof.observed_at).days == 30
    assert not world.faulty


def test_the_undo_is_on_record_before_anything_is_changed(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    assert world.calls.index("observe") < world.calls.index("apply")
    change = Change.objects.get(owner=run.owner)
    assert change.before == {"account": "111111111111", "region": "us-east-1", "faulty": False}
    assert change.armed_at <= (change.applied_at or START)


def test_every_move_is_logged_and_audited(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "ended")
    moves = AuditEvent.objects.filter(action="chaos.run.move", target=run.owner).order_by("id")
    visited = [event.detail["to"] for event in moves]
    assert visited == ["claimed", "checking", "injecting", "observing", "rolling_back", "verifying", "ended"]
    assert set(visited) <= set(RunEvent.objects.filter(run=run).values_list("state", flat=True))


def test_a_slot_is_run_at_most_once_though_rung_twice(world: World, experiment: Experiment) -> None:
    assert create(experiment, START, by="schedule") is not None
    assert create(experiment, START, by="schedule") is None
    assert ExperimentRun.objects.count() == 1


def test_a_broken_steady_state_before_the_fault_blocks_it(world: World, run: ExperimentRun) -> None:
    world.hosts = 3
    world.ring_until(run, "blocked")
    assert "3 hosts, but at least 4 hosts" in run.reason
    assert "apply" not in world.calls


def test_an_unknown_steady_state_blocks_the_injection(world: World, run: ExperimentRun) -> None:
    world.hosts = None
    world.ring_until(run, "blocked")
    assert "unknown" in run.reason
    assert "apply" not in world.calls


def test_a_denying_guard_blocks_with_its_reason(world: World, run: ExperimentRun, guard: Callable[..., Any]) -> None:
    with guard(lambda query: "a rollout is running" if query.action == "chaos" else ""):
        world.ring_until(run, "blocked")
    assert "a rollout is running" in run.reason


def test_a_guard_that_raises_denies(world: World, run: ExperimentRun, guard: Callable[..., Any]) -> None:
    def broken(query: GuardQuery) -> str:
        raise RuntimeError("the source is away")

    with guard(broken):
        world.ring_until(run, "blocked")
    assert "could not be asked" in run.reason
    assert "apply" not in world.calls


def test_a_guard_has_the_last_word_right_before_the_fault(
    world: World, run: ExperimentRun, guard: Callable[..., Any]
) -> None:
    answers = iter([""])
    with guard(lambda query: next(answers, "a rollout has begun")):
        world.ring_until(run, "blocked")
    assert "a rollout has begun" in run.reason
    assert "measure" in world.calls
    assert "apply" not in world.calls


def test_a_refused_target_blocks(world: World, run: ExperimentRun) -> None:
    world.refusal = "All 6 hosts run in us-east-1a: nothing would be left to answer."
    world.ring_until(run, "blocked")
    assert world.refusal in run.reason


def test_an_edit_after_planning_blocks_the_planned_run(world: World, run: ExperimentRun) -> None:
    Experiment.objects.filter(pk=run.experiment_id).update(sha256="0" * 64)
    world.ring_until(run, "blocked")
    assert "edited" in run.reason


def test_a_second_experiment_on_the_same_service_is_blocked(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    second = create(run.experiment, START.replace(hour=13), by="jon")
    assert second is not None
    world.ring_until(second, "blocked")
    assert "under way" in second.reason


def test_no_rollout_while_an_experiment_is_under_way(world: World, run: ExperimentRun) -> None:
    assert guards.ask("rollout", run.service).allowed
    world.ring_until(run, "observing")
    decision = guards.ask("rollout", run.service)
    assert not decision.allowed
    assert "Zone us-east-1a down" in " ".join(decision.reasons)
    world.ring_until(run, "ended")
    assert guards.ask("rollout", run.service).allowed


def test_a_stop_condition_takes_the_fault_out_at_once(world: World, run: ExperimentRun) -> None:
    world.hosts_when_faulty = 1
    world.ring_until(run, "ended")
    assert len(run.steady_during) == 1
    assert run.verdicts["safety"]["word"] == "stopped"
    assert run.verdicts["hypothesis"]["word"] == "broken"
    assert "fell to 1 hosts" in run.stop_reason


def test_a_broken_hypothesis_says_nothing_about_recovery_and_safety(world: World, run: ExperimentRun) -> None:
    world.hosts_when_faulty = 3
    world.ring_until(run, "ended")
    assert run.verdicts["hypothesis"]["word"] == "broken"
    assert run.verdicts["recovery"]["word"] == "recovered"
    assert run.verdicts["safety"]["word"] == "kept"
    assert run.passed is False


def test_a_steady_state_that_does_not_come_back_is_its_own_verdict(world: World, run: ExperimentRun) -> None:
    world.ring_until(run, "observing")
    world.hosts = 2
    world.ring_until(run, "ended")
    assert run.verdicts["recovery"]["word"] == "not recovered"
    assert run.verdicts["hypothesis"]["word"] == "held"
    assert run.verdicts["safety"]["word"] == "kept"


def test_a_fault_that_cannot_be_applied_is_still_undone(world: World, run: ExperimentRun) -> None:
    world.fail_in = {"apply"}
    world.ring_until(run, "ended")
    assert Change.objects.get(owner=run.owner).state == "undone"
    assert run.verdicts["fault"]["word"] == "not proven"
    assert run.verdicts["hypothesis"]["word"] == "not tested"


@pytest.mark.parametrize("limit", [12])
def test_the_maximum_of_the_fault_is_kept(world: World, run: ExperimentRun, limit: int) -> None:
    run.definition = {**run.definition, "observe_seconds": 600, "max_seconds": limit}
    run.save()
    world.ring_until(run, "ended")
    assert "the limit is 12 s" in run.stop_reason
