"""Runs whose fault is carried by an engine: it may end early, need a stop condition, or take its time to be undone."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from chaos.faults.registry import Preview, faults
from chaos.models import Experiment, ExperimentRun
from chaos.start import create
from portal.aws.errors import AwsUnavailable
from portal.changes import engine
from portal.changes.kinds import kinds
from portal.changes.models import Change
from tests.chaos.conftest import START, World

LEASE = timedelta(seconds=30)


def fault(**fields: Any) -> Any:
    """`with fault(watch=…)`: the test fault, changed."""
    made = faults.get("test-fault")
    assert made is not None
    return faults.temporarily(dataclasses.replace(made, **fields))


def test_an_engine_that_ends_the_fault_early_ends_the_run_with_its_reason(world: World, run: ExperimentRun) -> None:
    said = [""]
    with fault(watch=lambda target: said[0]):
        world.ring_until(run, "observing")
        said[0] = "Aborted by AWS FIS: alarm."
        ended = world.ring_until(run, "ended")
    assert (ended.ended_because, ended.stop_reason) == ("fault_failed", "Aborted by AWS FIS: alarm.")
    assert ended.verdicts["fault"]["word"] == "gone early"
    assert not ended.passed
    assert not world.faulty


def test_an_engine_that_does_not_answer_is_asked_again(world: World, run: ExperimentRun) -> None:
    def silent(target: dict[str, Any]) -> str:
        raise AwsUnavailable("fis:GetExperiment", "111111111111", "us-east-1", "Timeout", "no answer")

    with fault(watch=silent):
        assert world.ring_until(run, "ended").ended_because == "planned"


def test_a_fault_that_nothing_would_stop_is_blocked_without_a_stop_condition(
    world: World, experiment: Experiment
) -> None:
    target = {"account": "111111111111", "region": "us-east-1"}
    Experiment.objects.filter(pk=experiment.pk).update(stop_conditions=[])
    experiment.refresh_from_db()
    run = create(experiment, START, by="schedule")
    assert run is not None
    with fault(preview=lambda service, arguments: Preview(target, "2 hosts.", needs_stop=True)):
        blocked = world.ring_until(run, "blocked")
    assert "give the experiment a stop condition" in blocked.reason
    assert "apply" not in world.calls


def test_an_undo_that_aws_is_still_at_is_no_failed_undo(world: World, run: ExperimentRun) -> None:
    busy = [True]
    kind = kinds.get("test-fault")
    assert kind is not None
    slow = dataclasses.replace(
        kind,
        verify_undone=lambda target, before: not busy[0] and not world.faulty,
        undoing=lambda target, before: busy[0],
    )
    with kinds.temporarily(slow):
        world.ring_until(run, "rolling_back")
        for _ in range(5):
            world.ring()
        run.refresh_from_db()
        assert run.state == "rolling_back"
        busy[0] = False
        ended = world.ring_until(run, "ended")
    assert ended.verdicts["safety"]["word"] == "kept"
    assert ended.passed
    assert Change.objects.get(owner=run.owner).attempts == 1


def test_an_engine_that_never_ends_its_undo_becomes_a_failed_undo(world: World, run: ExperimentRun) -> None:
    kind = kinds.get("test-fault")
    assert kind is not None
    stuck = dataclasses.replace(kind, verify_undone=lambda target, before: False, undoing=lambda target, before: True)
    with kinds.temporarily(stuck):
        world.ring_until(run, "rolling_back")
        world.ring()
        run.refresh_from_db()
        assert run.state == "rolling_back"
        world.ring(601)
        run.refresh_from_db()
    assert run.state == "undo_failed"
    assert run.verdicts["safety"]["word"] == "undo failed"


def test_a_mark_is_made_once_for_each_change(world: World) -> None:
    made = iter("abc")
    kind = kinds.get("test-fault")
    assert kind is not None
    target = {"account": "111111111111", "region": "us-east-1"}
    with kinds.temporarily(dataclasses.replace(kind, mark=lambda target: {**target, "token": next(made)})):
        both = [engine.arm("test-fault", target, owner="t:1", by="t", lease=LEASE, reason="t") for _ in range(2)]
    assert [Change.objects.get(pk=change.pk).target["token"] for change in both] == ["a", "b"]
    assert "token" not in target
