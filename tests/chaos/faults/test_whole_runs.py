"""Whole experiments with faults of places, from the guards to the verdicts, against the embedded AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos import experiments
from chaos.models import ExperimentRun
from chaos.start import create
from portal.changes.engine import for_owner
from tests.chaos.conftest import START, World
from tests.chaos.faults import dns_cases, host_cases, shift_cases, task_cases, zone_cases
from tests.chaos.faults.case import Case, Stage

CASES = {
    "routes": zone_cases.MAIN_ROUTES,
    "group-leaves": host_cases.LEAVE,
    "stopped": host_cases.STOP,
    "terminated": host_cases.TERMINATE,
    "tasks": task_cases.STOP,
    "shift": shift_cases.LEAVES,
    "dns": dns_cases.WEIGHTS,
}
Start = Callable[[Case], tuple[Stage, ExperimentRun]]


@pytest.fixture
def started(stage: Callable[[Case], Stage], world: World, fields: dict[str, Any]) -> Start:
    """started(case): the case's service, and the run of an experiment with its fault."""

    def make(case: Case) -> tuple[Stage, ExperimentRun]:
        played = stage(case)
        wanted = {**fields, "fault": case.key, "arguments": dict(case.arguments)}
        run = create(experiments.create(played.entity, wanted, "jon"), START, by="schedule")
        assert run is not None
        return played, run

    return make


def states_until(world: World, played: Stage, run: ExperimentRun, last: str) -> list[str]:
    """Ring, and let AWS's clock go on with ours; the states that the run was seen in."""
    seen: list[str] = []
    for _ in range(60):
        run.refresh_from_db()
        seen.append(run.state)
        if run.state == last:
            return seen
        world.ring()
        played.move(2)
    raise AssertionError(f"the run is {run.state}, never {last}: {run.reason}")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_run_ends_well_and_waiting_for_aws_is_no_failure(case: Case, started: Start, world: World) -> None:
    played, run = started(case)
    before = case.look(played)
    states_until(world, played, run, "observing")
    assert case.look(played) != before
    seen = states_until(world, played, run, "ended")
    assert "undo_failed" not in seen
    words = {key: found["word"] for key, found in run.verdicts.items() if isinstance(found, dict)}
    assert words == {"hypothesis": "held", "fault": "in place", "recovery": "recovered", "safety": "kept"}
    after = case.look(played)
    assert after == before if case.restores else len(after) == len(before)
    assert [change.state for change in for_owner(run.owner)] == ["undone"]


def test_a_run_that_would_hit_another_services_group_is_blocked(started: Start, world: World) -> None:
    case = replace(host_cases.TERMINATE, arguments=host_cases.TERMINATE.foreign)
    played, run = started(case)
    states_until(world, played, run, "blocked")
    assert "not a group of search-api" in run.reason
    assert not for_owner(run.owner).exists()
